using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Hosting;
using Xunit.Abstractions;

namespace Gateway.IntegrationTests.Etcd;

/// <summary>The same requests to etcd's own JSON gateway and to ours before its gRPC port give the same JSON, byte for byte where the data does not say otherwise.</summary>
public sealed class EtcdTests(EtcdFixture fixture, ITestOutputHelper output) : IClassFixture<EtcdFixture>
{
    public static TheoryData<string> Names => new(EtcdCase.All.Select(static request => request.Name));

    [NeedsTheory("etcd")]
    [MemberData(nameof(Names))]
    public void Answer_IsTheSameAsEtcdsOwn(string name)
    {
        var request = EtcdCase.All.Single(one => one.Name == name);
        var (theirs, ours) = fixture.Answers[name];
        output.WriteLine($"etcd:    {theirs}\ngateway: {ours}");

        if (request.Differs is not null)
        {
            Assert.NotEqual(theirs, ours);
            AssertIs(request.Theirs!, theirs);
            AssertIs(request.Ours!, ours);
            return;
        }

        Assert.Equal(theirs.Status, ours.Status);
        Assert.Equal(theirs.ContentType, ours.ContentType);
        List<string> masked = [.. request.Volatile, .. request.Words is null ? Array.Empty<string>() : ["error", "message"]];
        var (left, right) = (Masked(theirs.Body, masked), Masked(ours.Body, masked));
        if (request.Words is not null)
        {
            // Only ours says in details which field was meant.
            var answer = JsonNode.Parse(right)!.AsObject();
            Assert.True(answer.Remove("details"));
            right = answer.ToJsonString();
        }

        if (request.Spelling is null)
        {
            Assert.Equal(left, right);
            return;
        }

        Assert.NotEqual(left, right);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(left), JsonNode.Parse(right)), $"{left}\n{right}");
    }

    [NeedsFact("etcd")]
    public void Requests_AreAsManyAsTheyShouldBe_AndDifferencesFew()
    {
        var all = EtcdCase.All;
        output.WriteLine($"{all.Count} requests; {all.Count(static r => r.Differs is not null)} differ, {all.Count(static r => r.Words is not null)} are refused in other words, {all.Count(static r => r.Spelling is not null)} are spelled otherwise.");

        Assert.InRange(all.Count, 90, int.MaxValue);
        Assert.InRange(all.Count(static request => request.Differs is not null), 1, all.Count / 5);
    }

    /// <summary>`404 Not Found`: the status, and what the body has in it.</summary>
    private static void AssertIs(string expected, EtcdAnswer answer)
    {
        var space = expected.IndexOf(' ', StringComparison.Ordinal);
        Assert.Equal(int.Parse(expected.AsSpan(0, space), CultureInfo.InvariantCulture), answer.Status);
        Assert.Contains(expected[(space + 1)..], answer.Body, StringComparison.Ordinal);
    }

    /// <summary>The body, untouched where nothing is to be masked.</summary>
    private static string Masked(string body, IReadOnlyList<string> members)
    {
        if (members.Count == 0)
        {
            return body;
        }

        var lines = body.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length > 0)
            {
                var node = JsonNode.Parse(lines[i])!;
                Mask(node, members);
                lines[i] = node.ToJsonString();
            }
        }

        return string.Join('\n', lines);
    }

    private static void Mask(JsonNode? node, IReadOnlyList<string> members)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array)
            {
                Mask(item, members);
            }
        }
        else if (node is JsonObject found)
        {
            foreach (var (key, value) in found.ToList())
            {
                if (members.Contains(key))
                {
                    found[key] = "…";
                }
                else
                {
                    Mask(value, members);
                }
            }
        }
    }
}
