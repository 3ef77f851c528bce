using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Gateway.IntegrationTests.Hosting;

/// <summary>Keeps what the gateway logs, so that a test can look for a fact and none overlooks an error.</summary>
internal sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private readonly ConcurrentDictionary<string, bool> _expected = new();

    public IReadOnlyCollection<LogEntry> Entries => _entries;

    /// <summary>Declares that an error which holds this text is part of a test.</summary>
    public void Expect(string text) => _expected[text] = true;

    /// <summary>Errors nobody declared, since the last time they were asked for.</summary>
    public IReadOnlyList<LogEntry> TakeUnexpected()
    {
        var found = new List<LogEntry>();
        while (_entries.TryDequeue(out var entry))
        {
            if (entry.Level >= LogLevel.Error && !_expected.Keys.Any(text => entry.Text.Contains(text, StringComparison.Ordinal)))
            {
                found.Add(entry);
            }
        }

        return found;
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    internal sealed record LogEntry(LogLevel Level, string Category, string Text)
    {
        public override string ToString() => $"{Level} {Category}: {Text}";
    }

    private sealed class Logger(LogRecorder recorder, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                recorder._entries.Enqueue(new LogEntry(logLevel, category, formatter(state, exception) + (exception is null ? "" : $"\n{exception}")));
            }
        }
    }
}
