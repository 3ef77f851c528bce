namespace Transcoders.Schema;

/// <summary>A descriptor set cannot become a catalogue; the message names the files and what would be right.</summary>
public sealed class SchemaException : Exception
{
    public SchemaException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
