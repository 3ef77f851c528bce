using System.Security.Cryptography;

namespace Gateway.Configuration;

/// <summary>Tells when the content of a set of files has really changed: once per change, however editors and volumes bring it about.</summary>
/// <remarks>
/// Events of the file system make it quick; a look at each file every second makes it sure
/// (network volumes, ConfigMaps swapped by symbolic link, no inotify handles left). What decides is the hash of the content.
/// Create it before the files are read for the first time, so that nothing falls between.
/// </remarks>
internal sealed partial class ConfigFileWatcher : IAsyncDisposable
{
    /// <summary>Editors write in several steps; the last one counts. A content is believed when it was the same twice, this far apart.</summary>
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>Files up to this many bytes are read at every look: two versions may share length and time, when a link was swapped between them.</summary>
    private const int AlwaysRead = 1024 * 1024;

    private readonly Func<CancellationToken, Task> _changed;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopped = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, FileState> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileSystemWatcher> _directories = new(StringComparer.Ordinal);
    private readonly ITimer _poll;
    private readonly ITimer _debounce;
    private readonly Task _loop;
    private bool _debouncing;
    private bool _lookInside;

    /// <param name="files">What to watch; a file that is missing is watched for.</param>
    /// <param name="changed">Runs after each change, one at a time; a change that comes meanwhile makes it run again. An exception is logged and watching goes on.</param>
    /// <param name="time">Drives the debounce and the regular look.</param>
    /// <param name="logger">Gets what goes wrong.</param>
    public ConfigFileWatcher(IEnumerable<string> files, Func<CancellationToken, Task> changed, TimeProvider time, ILogger<ConfigFileWatcher> logger)
    {
        _changed = changed;
        _time = time;
        _logger = logger;
        SetFiles(files);
        _poll = time.CreateTimer(static state => ((ConfigFileWatcher)state!).Look(inside: false), this, PollInterval, PollInterval);
        _debounce = time.CreateTimer(static state => ((ConfigFileWatcher)state!).Settled(), this, System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
        _loop = RunAsync();
    }

    /// <summary>Watches these files from now on. Files that are new count as unchanged in their present state.</summary>
    public void SetFiles(IEnumerable<string> files)
    {
        lock (_gate)
        {
            var wanted = files.Select(Path.GetFullPath).ToHashSet(StringComparer.Ordinal);
            foreach (var gone in _files.Keys.Where(f => !wanted.Contains(f)).ToList())
            {
                _files.Remove(gone);
            }

            // Events first, then the state: a change in between is seen twice rather than never.
            var directories = wanted.Select(f => Path.GetDirectoryName(f)!).ToHashSet(StringComparer.Ordinal);
            foreach (var gone in _directories.Keys.Where(d => !directories.Contains(d)).ToList())
            {
                _directories.Remove(gone, out var watcher);
                watcher!.Dispose();
            }

            foreach (var directory in directories.Where(d => !_directories.ContainsKey(d)))
            {
                Watch(directory);
            }

            foreach (var file in wanted.Where(f => !_files.ContainsKey(f)))
            {
                _files.Add(file, FileState.Of(file));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _poll.DisposeAsync();
        await _debounce.DisposeAsync();
        lock (_gate)
        {
            foreach (var watcher in _directories.Values)
            {
                watcher.Dispose();
            }

            _directories.Clear();
        }

        await _loop;
    }

    private void Watch(string directory)
    {
        try
        {
            // The whole directory: a rename over the file, and a swapped link beside it, are events of other names.
            var watcher = new FileSystemWatcher(directory);
            watcher.Changed += (_, _) => Stirred();
            watcher.Created += (_, _) => Stirred();
            watcher.Deleted += (_, _) => Stirred();
            watcher.Renamed += (_, _) => Stirred();
            watcher.Error += (_, _) => Stirred();
            watcher.EnableRaisingEvents = true;
            _directories.Add(directory, watcher);
        }
        catch (Exception unwatchable) when (unwatchable is IOException or ArgumentException or UnauthorizedAccessException)
        {
            EventsUnavailable(_logger, directory, unwatchable.Message);
        }
    }

    /// <summary>Something happened near a file. The first event starts the wait, so that a busy directory cannot put it off for ever.</summary>
    private void Stirred()
    {
        lock (_gate)
        {
            if (!_debouncing && !_stopped.IsCancellationRequested)
            {
                _debouncing = true;
                _debounce.Change(Debounce, System.Threading.Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Settled()
    {
        lock (_gate)
        {
            _debouncing = false;
        }

        Look(inside: true);
    }

    /// <summary>Wakes the loop.</summary>
    /// <param name="inside">Read large files too, even when time and length are as before.</param>
    private void Look(bool inside)
    {
        lock (_gate)
        {
            _lookInside |= inside;
            if (_signal.CurrentCount == 0)
            {
                _signal.Release();
            }
        }
    }

    private async Task RunAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            await _signal.WaitAsync(_stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopped.IsCancellationRequested || !AnyChanged())
            {
                continue;
            }

            try
            {
                await _changed(_stopped.Token);
            }
            catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                ReloadFailed(_logger, failure);
            }
        }
    }

    /// <summary>True when some file differs from what was reported, and none is being written just now.</summary>
    private bool AnyChanged()
    {
        lock (_gate)
        {
            var inside = _lookInside;
            _lookInside = false;
            var unsettled = false;
            foreach (var (file, before) in _files)
            {
                var now = before.Next(file, inside);
                unsettled |= now.Seen != before.Seen;

                // Setting the value of a key that is there does not disturb the enumeration.
                _files[file] = now;
            }

            if (unsettled)
            {
                // Half a file, or a file deleted to be created again: look once more before anyone believes it.
                Stirred();
                return false;
            }

            var changed = false;
            foreach (var (file, state) in _files)
            {
                changed |= state.Seen != state.Reported;
                _files[file] = state with { Reported = state.Seen };
            }

            return changed;
        }
    }

    [LoggerMessage(221, LogLevel.Information, "EventsUnavailable: No file events for {Directory} ({Reason}); its files are looked at every second.")]
    private static partial void EventsUnavailable(ILogger logger, string directory, string reason);

    [LoggerMessage(222, LogLevel.Error, "ReloadFailed: Carrying out a changed configuration failed; the one in force stays.")]
    private static partial void ReloadFailed(ILogger logger, Exception failure);

    /// <summary>What is known of a file.</summary>
    /// <param name="Written">Its time when last read.</param>
    /// <param name="Length">Its length then.</param>
    /// <param name="Seen">Hash of its content then; empty when it was missing.</param>
    /// <param name="Reported">The hash that was last reported.</param>
    private readonly record struct FileState(DateTime Written, long Length, string Seen, string Reported)
    {
        public static FileState Of(string file)
        {
            var state = new FileState(default, 0, "", "").Next(file, inside: true);
            return state with { Reported = state.Seen };
        }

        /// <summary>Looks through the handle, which stands for the file behind all links.</summary>
        public FileState Next(string file, bool inside)
        {
            try
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                var (written, length) = (File.GetLastWriteTimeUtc(stream.SafeFileHandle), stream.Length);
                return !inside && length > AlwaysRead && written == Written && length == Length
                    ? this
                    : this with { Written = written, Length = length, Seen = Convert.ToHexStringLower(SHA256.HashData(stream)) };
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                return this with { Written = default, Length = 0, Seen = "" };
            }
        }
    }
}
