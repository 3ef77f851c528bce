namespace Transcoders.Calls;

/// <summary>Who brought a call to its end.</summary>
public enum StatusOrigin : byte
{
    /// <summary>The gateway's own decision: a limit, a deadline, a plan that cannot be carried out.</summary>
    Gateway = 0,

    /// <summary>The backend answered so.</summary>
    Backend = 1,

    /// <summary>The way to the backend failed: no connection, a reset, a process that did not start.</summary>
    Transport = 2,

    /// <summary>The client: it left, or sent what cannot be understood.</summary>
    Client = 3,
}
