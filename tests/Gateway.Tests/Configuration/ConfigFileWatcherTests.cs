using Gateway.Configuration;
using Gateway.Tests.Forwarding;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Configuration;

public sealed class ConfigFileWatcherTests : IAsyncDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly TemporaryDirectory _directory = new();
    private readonly SignallingTimeProvider _time = new();
    private readonly SemaphoreSlim _changes = new(0);
    private readonly string _file;
    private ConfigFileWatcher? _watcher;
    private int _count;

    public ConfigFileWatcherTests() => _file = _directory.Write("gateway.json", "one");

    [Fact]
    public async Task Write_IsOneChange_AfterTheDebounce()
    {
        Start(TimeProvider.System);

        File.WriteAllText(_file, "two");

        await ChangedAsync();
        Assert.Equal(1, _count);
    }

    [Fact]
    public async Task RenameOverTheFile_IsAChange()
    {
        Start(TimeProvider.System);

        File.Move(_directory.Write("gateway.json.tmp", "two"), _file, overwrite: true);

        await ChangedAsync();
    }

    [Fact]
    public async Task RegularLook_FindsWhatNoEventTold()
    {
        Start(_time);

        File.WriteAllText(_file, "two");
        await AdvanceUntilChangedAsync();
        Assert.Equal(1, _count);
    }

    [Fact]
    public async Task SwappedLinkOfADirectory_IsAChange()
    {
        // As Kubernetes lays out a ConfigMap: file → ..data/file, ..data → ..v1.
        Directory.CreateDirectory(_directory.PathOf("..v1"));
        Directory.CreateDirectory(_directory.PathOf("..v2"));
        _directory.Write("..v1/map.json", "one");
        _directory.Write("..v2/map.json", "two");
        Directory.CreateSymbolicLink(_directory.PathOf("..data"), "..v1");
        var file = _directory.PathOf("map.json");
        File.CreateSymbolicLink(file, "..data/map.json");
        Start(_time, file);

        Directory.Delete(_directory.PathOf("..data"));
        Directory.CreateSymbolicLink(_directory.PathOf("..data"), "..v2");
        await AdvanceUntilChangedAsync();
    }

    [Fact]
    public async Task SameContentWrittenAgain_IsNoChange()
    {
        Start(_time);

        File.WriteAllText(_file, "one");
        File.SetLastWriteTimeUtc(_file, DateTime.UnixEpoch);
        _time.Advance(Second);
        File.Move(_directory.Write("gateway.json.tmp", "two"), _file, overwrite: true);
        await AdvanceUntilChangedAsync();
        Assert.Equal(1, _count);
    }

    [Fact]
    public async Task FileThatStaysAway_IsAChange_AndSoIsItsReturn()
    {
        Start(_time);

        File.Delete(_file);
        await AdvanceUntilChangedAsync();
        File.WriteAllText(_file, "one");
        await AdvanceUntilChangedAsync();

        Assert.Equal(2, _count);
    }

    [Fact]
    public async Task SecondFile_IsWatchedFromWhenItIsNamed()
    {
        Start(_time);
        var schema = _directory.Write("schema.binpb", "one");
        _watcher!.SetFiles([_file, schema]);

        File.WriteAllText(schema, "two");
        await AdvanceUntilChangedAsync();
        _watcher.SetFiles([_file]);
        File.WriteAllText(schema, "three");
        File.WriteAllText(_file, "two");
        await AdvanceUntilChangedAsync();

        Assert.Equal(2, _count);
    }

    [Fact]
    public async Task FailedReload_DoesNotEndTheWatch()
    {
        Start(_time, fail: true);

        File.WriteAllText(_file, "two");
        await AdvanceUntilChangedAsync();
        File.WriteAllText(_file, "three");
        await AdvanceUntilChangedAsync();

        Assert.Equal(2, _count);
    }

    public async ValueTask DisposeAsync()
    {
        if (_watcher is not null)
        {
            await _watcher.DisposeAsync();
        }

        _directory.Dispose();
        _changes.Dispose();
    }

    private void Start(TimeProvider time, string? file = null, bool fail = false) => _watcher = new ConfigFileWatcher(
        [file ?? _file],
        _ =>
        {
            _count++;
            _changes.Release();
            return fail ? Task.FromException(new InvalidOperationException("Refused.")) : Task.CompletedTask;
        },
        time,
        NullLogger<ConfigFileWatcher>.Instance);

    private async Task ChangedAsync() => Assert.True(await _changes.WaitAsync(TimeSpan.FromSeconds(30)));

    /// <summary>Some changes take two looks, and a look runs on its own thread.</summary>
    private async Task AdvanceUntilChangedAsync()
    {
        for (var looks = 0; looks < 1000; looks++)
        {
            _time.Advance(Second);
            if (await _changes.WaitAsync(TimeSpan.FromMilliseconds(30)))
            {
                return;
            }
        }

        Assert.Fail("The change was not seen.");
    }
}
