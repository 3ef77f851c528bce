using System.Collections.Frozen;
using Gateway.Configuration;
using Transcoders.Calls;

namespace Gateway.Dispatch;

/// <summary>Which end-to-end headers cross, compiled from the route's allow and deny lists. Reserved names never cross.</summary>
public sealed class MetadataPolicy
{
    private readonly NameSet? _allow;
    private readonly NameSet _deny;

    public MetadataPolicy(MetadataOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _allow = options.Allow is null ? null : new NameSet(options.Allow);
        _deny = new NameSet(options.Deny);
        IsSelective = options.Allow is not null || options.Deny.Count > 0;
    }

    /// <summary>True when the route has lists of its own: what is forwarded untouched is then held to them too.</summary>
    public bool IsSelective { get; }

    public bool Passes(string name) =>
        !ReservedMetadata.Contains(name) && (_allow is null || _allow.Contains(name)) && !_deny.Contains(name);

    /// <summary>True for an end-to-end name that the lists keep out; reserved names are not theirs to judge.</summary>
    public bool Denies(string name) => !ReservedMetadata.Contains(name) && !Passes(name);

    /// <summary>Names without case; a trailing `*` stands for any rest.</summary>
    private sealed class NameSet
    {
        private readonly FrozenSet<string> _exact;
        private readonly string[] _prefixes;

        public NameSet(IReadOnlyList<string> patterns)
        {
            _exact = patterns.Where(static p => !p.EndsWith('*')).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
            _prefixes = [.. patterns.Where(static p => p.EndsWith('*')).Select(static p => p[..^1])];
        }

        public bool Contains(string name)
        {
            if (_exact.Contains(name))
            {
                return true;
            }

            foreach (var prefix in _prefixes)
            {
                if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
