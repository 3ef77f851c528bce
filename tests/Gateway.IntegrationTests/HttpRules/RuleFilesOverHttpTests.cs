using System.Text;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Hosting;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Transcoders.Tests.HttpRules.Protos;

namespace Gateway.IntegrationTests.HttpRules;

/// <summary>The cases of TestData/http-rules through the front door: the same files that the library's own tests read, byte for byte on a socket.</summary>
public sealed class RuleFilesOverHttpTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("gateway-rules-").FullName;
    private RunningGateway? _gateway;

    public async Task InitializeAsync()
    {
        var set = Path.Combine(_directory, "rules.binpb");
        await File.WriteAllBytesAsync(set, RuleFileConfiguration.DescriptorSet());
        _gateway = await RunningGateway.StartAsync(RuleFileConfiguration.Make(set));
    }

    public async Task DisposeAsync()
    {
        await _gateway!.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task EveryCase_ComesOutAsWritten()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var (file, json) in RuleFileConfiguration.Files)
        {
            foreach (var given in json["cases"]!.AsArray().Select(static node => node!.AsObject()).Where(CanBeSent))
            {
                count++;
                if (await RunAsync(file, given) is { } problem)
                {
                    wrong.Add($"{file}: {given["name"] ?? given["request"]}: {problem}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(count > 300, $"Only {count} cases were sent.");
    }

    /// <summary>What a request line can hold, and this server lets through: it refuses %00 by itself.</summary>
    private static bool CanBeSent(JsonObject given) =>
        given["request"]?.GetValue<string>() is { } line
        && line.Count(' ') == 1
        && line.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0
        && !line.Contains("%00", StringComparison.Ordinal)
        && given["part"] is null
        && given["method"]?.GetValue<string>() != "Raw"
        && (given["message"] ?? given["error"] ?? given["notFound"] ?? given["allow"] ?? given["malformed"]) is not null;

    private async Task<string?> RunAsync(string file, JsonObject given)
    {
        var line = given["request"]!.GetValue<string>();
        var body = Body(given);
        using var connection = await RawConnection.OpenAsync(_gateway!.Url);
        await connection.SendAsync(
            $"{line} HTTP/1.1\r\nHost: {file}.test\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n"
            + (body.Length > 0 ? $"Content-Type: {given["contentType"] ?? "application/json"}\r\n" : "") + $"\r\n{body}");
        var answer = await connection.ReadToEndAsync();
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return "no answer";
        }

        var (head, content) = (answer[..end] + "\r\n", answer[(end + 4)..]);
        return Check(given, head, content, isHead: line.StartsWith("HEAD ", StringComparison.Ordinal), isOptions: line.StartsWith("OPTIONS ", StringComparison.Ordinal))
            is { } problem ? $"{problem}; the answer was: {head} {content}" : null;
    }

    private static string? Check(JsonObject given, string head, string content, bool isHead, bool isOptions)
    {
        var status = int.Parse(head.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
        if (given["allow"] is { } allow)
        {
            return status == (isOptions ? 204 : 405) && head.Contains($"\r\nAllow: {allow}\r\n", StringComparison.Ordinal) ? null : $"expected Allow: {allow}";
        }

        var expected = given["notFound"] is not null ? 404 : given["malformed"] is not null || given["error"] is not null ? 400 : 200;
        if (status != expected)
        {
            return $"expected {expected}";
        }

        if (given["field"] is { } field)
        {
            var violations = JsonNode.Parse(content)!["details"]![0]!["fieldViolations"]!;
            return violations[0]!["field"]?.GetValue<string>() is { } named && named == field.GetValue<string>() ? null
                : field.GetValue<string>().Length == 0 ? null : $"expected a violation of {field}";
        }

        return expected == 200 && !isHead ? Compare(given["message"]!, head, content) : null;
    }

    private static string? Compare(JsonNode message, string head, string content)
    {
        if (head.Contains("application/x-ndjson", StringComparison.Ordinal))
        {
            // A stream of one: chunked, and in its envelope.
            var start = content.IndexOf("{\"result\":", StringComparison.Ordinal) + 10;
            content = content[start..(content.IndexOf("}\n", start, StringComparison.Ordinal))];
        }

        foreach (var type in HttpRulesReflection.Descriptor.MessageTypes)
        {
            if (TryParse(message.ToJsonString(), type) is { } expected)
            {
                return expected.Equals(TryParse(content, type)) ? null : $"expected {message.ToJsonString()}";
            }
        }

        return "the case's message is of no type";
    }

    private static IMessage? TryParse(string json, MessageDescriptor type)
    {
        try
        {
            return JsonParser.Default.Parse(json, type);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static string Body(JsonObject given) =>
        given["bodyText"] is { } text ? text.GetValue<string>()
        : given["bodyHex"] is { } hex ? Encoding.UTF8.GetString(Convert.FromHexString(hex.GetValue<string>()))
        : given.ContainsKey("body") ? given["body"]?.ToJsonString() ?? "null"
        : "";
}
