using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Stdio;

/// <summary>A command of the `gateway` program with its stdin and stdout in the test's hands.</summary>
internal sealed class GatewayCommand : IAsyncDisposable
{
    public static readonly string DotNet =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    public static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "gateway.dll");

    private readonly Process _process;
    private readonly Task<string> _errors;

    private GatewayCommand(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public Stream Input => _process.StandardInput.BaseStream;

    public StreamReader Output => _process.StandardOutput;

    public static GatewayCommand Start(params string[] arguments) => new(Process.Start(new ProcessStartInfo(DotNet, [Assembly, .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        StandardOutputEncoding = new UTF8Encoding(false),
    })!);

    /// <summary>Gives it all of its input and waits for its end.</summary>
    public static async Task<(int Exit, string Output, string Errors)> RunAsync(string input, params string[] arguments)
    {
        await using var command = Start(arguments);
        await command.SendAsync(input);
        command.EndInput();
        var output = await command.Output.ReadToEndAsync(Wait.Token());
        var (exit, errors) = await command.EndAsync();
        return (exit, output, errors);
    }

    public async Task SendAsync(string text)
    {
        await Input.WriteAsync(Encoding.UTF8.GetBytes(text), Wait.Token());
        await Input.FlushAsync(Wait.Token());
    }

    public void EndInput() => _process.StandardInput.Close();

    public Task SignalAsync(string name) => Programs.RunAsync("kill", "-" + name, _process.Id.ToString(CultureInfo.InvariantCulture));

    public async Task<JsonElement> ReadAsync()
    {
        var line = await Output.ReadLineAsync(Wait.Token());
        if (line is null)
        {
            var (exit, errors) = await EndAsync();
            Assert.Fail($"it ended with {exit}: {errors}");
        }

        return JsonDocument.Parse(line).RootElement;
    }

    public async Task<(int Exit, string Errors)> EndAsync()
    {
        await _process.WaitForExitAsync(Wait.Token());
        return (_process.ExitCode, await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
