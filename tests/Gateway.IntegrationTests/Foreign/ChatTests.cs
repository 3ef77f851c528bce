using System.Globalization;
using Gateway.DocTests.Running;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Foreign;

/// <summary>The chat of samples/Chat as its script runs it: real browsers, curl, a gRPC client and a shell tool in one room.</summary>
public sealed class ChatTests
{
    [NeedsFact("npm:puppeteer-core", "chromium", "curl", "jq")]
    public async Task Everybody_SeesWhatEverybodySays()
    {
        var ports = FreePorts.Find(4).Select(static port => port.ToString(CultureInfo.InvariantCulture)).ToArray();
        using var shell = new Shell();
        await using var chat = new ForeignProcess(shell.Start(
            $"CHAT_PORT={ports[0]} CHAT_ADMIN_PORT={ports[1]} CHAT_RPC_PORT={ports[2]} CHAT_PAGE_PORT={ports[3]} exec samples/Chat/chat.sh"));
        while (!(await chat.ReadLineAsync()).StartsWith("chat.sh: open", StringComparison.Ordinal))
        {
        }

        string[] people = ["ann", "bob", "cid"];
        string[] heard = [.. people.Select(static name => $"{name}: hello from {name}"), .. people.Select(static name => $"greta: welcome, {name}"), "shell: good evening"];
        await using var browsers = NodeProgram.Start(
            "chat-browsers.mjs", $"http://127.0.0.1:{ports[0]}", "lobby", string.Join(',', people),
            // The page shows name and text without anything between them.
            string.Join('|', people.Select(static name => $"{name}hello from {name}").Append("shellgood evening")));
        Assert.Equal("joined", await browsers.ReadLineAsync());
        await chat.SayAsync("good evening");

        // Each of the programs, and each of the browsers.
        await chat.ReadAllAsync(heard.SelectMany(static line => new[] { $"curl  | {line}", $"grpc  | {line}", $"shell | {line}" }));
        await browsers.ReadAllAsync(people.Select(static name => $"{name} saw all"));
        Assert.Equal(0, (await browsers.EndAsync()).Exit);

        chat.EndInput();
        Assert.Equal(0, (await chat.EndAsync()).Exit);
    }
}
