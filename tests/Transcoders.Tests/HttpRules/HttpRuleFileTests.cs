using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Rpc;
using Transcoders.Calls;
using Transcoders.HttpRules;
using StatusCode = Transcoders.Calls.StatusCode;

namespace Transcoders.Tests.HttpRules;

/// <summary>Runs every case of TestData/http-rules; the format is told at <see cref="RuleFile"/>.</summary>
public sealed class HttpRuleFileTests
{
    public static TheoryData<string> Files() => [.. RuleFile.All().Select(file => file.Name)];

    public static TheoryData<string, int, string> Cases()
    {
        var rows = new TheoryData<string, int, string>();
        foreach (var file in RuleFile.All())
        {
            for (var i = 0; i < file.Cases.Count; i++)
            {
                rows.Add(file.Name, i, file.Cases[i]["name"]?.GetValue<string>() ?? (file.Cases[i]["request"] ?? file.Cases[i]["becomes"])!.GetValue<string>());
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void File_LoadsWithExactlyItsProblems(string name)
    {
        var file = RuleFile.Load(name);
        RuleTables.Build(file.Json, out var problems);
        var expected = file.Json["problems"]?.AsArray().Select(node => node!.GetValue<string>()).ToList() ?? [];
        Assert.True(expected.Count == problems.Count, string.Join('\n', problems));
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.Contains(expected[i], problems[i].ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_ComesOutAsWritten(string file, int index, string name)
    {
        Assert.NotEmpty(name);
        var json = RuleFile.Load(file);
        if (json.Cases[index]["send"] is not null)
        {
            RunReverse(RuleTables.BuildReverse(json.Json), json.Cases[index]);
            return;
        }

        var table = RuleTables.Build(json.Json, out _);
        Run(table, json.Cases[index]);
    }

    private static void Run(HttpRuleTable table, JsonObject given)
    {
        var line = given["request"]!.GetValue<string>();
        var verb = line[..line.IndexOf(' ', StringComparison.Ordinal)];
        var target = line[(verb.Length + 1)..];
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? target : target[..mark];
        var query = mark < 0 ? "" : target[(mark + 1)..];
        var match = table.Match(verb, path);

        if (given["notFound"] is not null)
        {
            Assert.Equal(HttpMatchKind.NotFound, match.Kind);
            return;
        }

        if (given["malformed"] is not null)
        {
            Assert.Equal(HttpMatchKind.Malformed, match.Kind);
            return;
        }

        if (given["allow"] is { } allow)
        {
            Assert.Equal(HttpMatchKind.MethodNotAllowed, match.Kind);
            Assert.Equal(allow.GetValue<string>(), match.Allow);
            return;
        }

        Assert.Equal(HttpMatchKind.Found, match.Kind);
        var binding = match.Value!;
        if (given["method"] is { } method)
        {
            Assert.Equal("rules.v1.Library/" + method.GetValue<string>(), binding.Method.FullName);
        }

        if (given["binding"] is { } text)
        {
            Assert.Equal(text.GetValue<string>(), binding.ToString());
        }

        if (given["error"] is not null)
        {
            var error = Assert.Throws<CallException>(() => Weave(binding, given, verb, path, query));
            CheckError(error.Status, given);
            return;
        }

        if (given["message"] is { } message)
        {
            var type = RuleTables.Generated(binding.Method.Input.FullName);
            var expected = JsonParser.Default.Parse(message.ToJsonString(), type);
            var actual = type.Parser.ParseFrom(Weave(binding, given, verb, path, query));
            Assert.Equal(expected, actual);
        }

        if (given["answer"] is { } answer)
        {
            CheckAnswer(binding, answer, given);
        }
    }

    private static void RunReverse(RestMethods methods, JsonObject given)
    {
        var method = methods.Find("rules.v1.Library/" + given["method"]!.GetValue<string>())!;
        var message = JsonParser.Default.Parse(given["send"]!.ToJsonString(), RuleTables.Generated(method.Method.Input.FullName)).ToByteArray();
        using var body = new PayloadBuffer(1 << 20);
        if (given["error"] is not null)
        {
            CheckError(Assert.Throws<CallException>(() => method.Unweave(message, body, out _)).Status, given);
            return;
        }

        var way = method.Unweave(message, body, out var request);
        Assert.Equal(given["becomes"]!.GetValue<string>(), $"{way.Verb} {request.Target}");
        Assert.Equal(given.ContainsKey("withBody"), request.HasBody);
        if (request.HasBody)
        {
            var actual = JsonNode.Parse(body.WrittenSpan);
            Assert.True(JsonNode.DeepEquals(given["withBody"], actual), actual?.ToJsonString());
        }
    }

    private static byte[] Weave(HttpBinding binding, JsonObject given, string verb, string path, string query)
    {
        using var output = new PayloadBuffer(1 << 20);
        var contentType = given["contentType"]?.GetValue<string>();
        switch (given["part"]?.GetValue<string>())
        {
            case "url":
                binding.Weaver.WeaveUrl(path, query, output);
                break;
            case "body":
                binding.Weaver.WeaveBody(verb, contentType, Body(given), output);
                break;
            default:
                binding.Weaver.Weave(path, query, verb, contentType, Body(given), output);
                break;
        }

        return output.WrittenSpan.ToArray();
    }

    private static byte[] Body(JsonObject given)
    {
        if (given["bodyText"] is { } text)
        {
            return Encoding.UTF8.GetBytes(text.GetValue<string>());
        }

        if (given["bodyHex"] is { } hex)
        {
            return Convert.FromHexString(hex.GetValue<string>());
        }

        return given.ContainsKey("body") ? Encoding.UTF8.GetBytes(given["body"]?.ToJsonString() ?? "null") : [];
    }

    private static void CheckError(CallStatus status, JsonObject given)
    {
        Assert.Equal(given["error"]!.GetValue<string>(), StatusCodeNames.Name(status.Code));
        Assert.Equal(StatusOrigin.Client, status.Origin);
        if (given["says"] is { } says)
        {
            Assert.Contains(says.GetValue<string>(), status.Message, StringComparison.Ordinal);
        }

        if (given["field"] is { } field)
        {
            var details = Status.Parser.ParseFrom(status.Details.Span);
            Assert.Equal((int)StatusCode.InvalidArgument, details.Code);
            Assert.Equal(status.Message, details.Message);
            var violation = Assert.Single(details.Details[0].Unpack<BadRequest>().FieldViolations);
            Assert.Equal(field.GetValue<string>(), violation.Field);
            Assert.NotEmpty(violation.Description);
        }
    }

    private static void CheckAnswer(HttpBinding binding, JsonNode answer, JsonObject given)
    {
        var type = RuleTables.Generated(binding.Method.Output.FullName);
        var message = JsonParser.Default.Parse(answer.ToJsonString(), type).ToByteArray();
        if (binding.Response.IsHttpBody)
        {
            var content = binding.Response.ReadHttpBody(message);
            Assert.Equal(given["contentText"]!.GetValue<string>(), Encoding.UTF8.GetString(content.Data.Span));
            Assert.Equal(given["answerType"]!.GetValue<string>(), content.ContentType);
            return;
        }

        using var output = new PayloadBuffer(1 << 20);
        binding.Response.Json!.Convert(message, output);
        var actual = JsonNode.Parse(output.WrittenSpan);
        Assert.True(JsonNode.DeepEquals(given["content"], actual), actual?.ToJsonString());
    }
}
