using System.Text;
using System.Text.Json;
using Gateway.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class ConfigRedactorSecretsTests
{
    [Fact]
    public void SecretsOfEveryKind_AreHidden()
    {
        const string File = """
            {
              "Urls": "http://127.0.0.1:8080",
              "Kestrel": { "Endpoints": { "a": { "Url": "https://127.0.0.1:8443", "Certificate": { "Path": "a.pfx", "Password": "s3cret-1" } } } },
              "ReverseProxy": {
                "Routes": { "r": { "ClusterId": "c", "Match": { "Path": "/{**rest}" },
                  "Transforms": [ { "RequestHeader": "X-Api-Key", "Set": "s3cret-2" }, { "PathPrefix": "/v1" } ] } },
                "Clusters": {
                  "c": { "Metadata": { "AccessToken": "s3cret-3" }, "Destinations": {
                    "a": { "Address": "http://me:s3cret-4@127.0.0.1:1/?api_key=s3cret-5&x=1" },
                    "b": { "Address": "http://${HOST}:2/" } } },
                  "p": { "Protocol": "stdio", "Process": { "Command": "/bin/cat", "Arguments": [ "--token", "s3cret-6", "--password=s3cret-7", "${ARG}", "-u" ],
                    "Environment": { "PLAIN": "s3cret-8", "REF": "${TOKEN}" } } }
                }
              }
            }
            """;

        var text = Redacted(
            File, ("HOST", "10.0.0.7"), ("ARG", "s3cret-9"), ("TOKEN", "s3cret-10"), ("ReverseProxy__Clusters__c__LoadBalancingPolicy", "Random"));

        Assert.DoesNotContain("s3cret", text);
        using var json = JsonDocument.Parse(text);
        var proxy = json.RootElement.GetProperty("ReverseProxy");
        var clusters = proxy.GetProperty("Clusters");
        var process = clusters.GetProperty("p").GetProperty("Process");
        Assert.Equal("a.pfx", json.RootElement.GetProperty("Kestrel").GetProperty("Endpoints").GetProperty("a").GetProperty("Certificate").GetProperty("Path").GetString());
        Assert.Equal("/v1", proxy.GetProperty("Routes").GetProperty("r").GetProperty("Transforms")[1].GetProperty("PathPrefix").GetString());
        Assert.Equal("http://***@127.0.0.1:1/?api_key=***&x=1", clusters.GetProperty("c").GetProperty("Destinations").GetProperty("a").GetProperty("Address").GetString());
        Assert.Equal("http://${HOST}:2/", clusters.GetProperty("c").GetProperty("Destinations").GetProperty("b").GetProperty("Address").GetString());
        Assert.Equal("${ReverseProxy__Clusters__c__LoadBalancingPolicy}", clusters.GetProperty("c").GetProperty("LoadBalancingPolicy").GetString());
        Assert.Equal(["--token", "***", "--password=***", "${ARG}", "-u"], process.GetProperty("Arguments").EnumerateArray().Select(a => a.GetString()));
        Assert.Equal("***", process.GetProperty("Environment").GetProperty("PLAIN").GetString());
        Assert.Equal("${TOKEN}", process.GetProperty("Environment").GetProperty("REF").GetString());
    }

    [Fact]
    public void NumbersAndBooleans_KeepTheirKind()
    {
        using var json = JsonDocument.Parse(Redacted("""{ "Logging": { "A": 1, "B": true, "C": null, "D": [ "x" ] } }"""));

        Assert.Equal("""{"A":1,"B":true,"C":null,"D":["x"]}""", json.RootElement.GetProperty("Logging").GetRawText());
    }

    private static string Redacted(string file, params (string Name, string Value)[] environment)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            ConfigRedactor.Write(ConfigText.Good(file, environment), json);
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
