using System.Text;
using System.Text.Json;
using Gateway.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class ConfigRedactorTests
{
    [Fact]
    public void Secrets_AreHidden_AndTheRestIsShown()
    {
        var config = ConfigText.Good(
            """
            { "Urls": "http://*:${PORT}", "AllowedHosts": null,
              "Kestrel": { "Certificates": { "Default": { "Path": "a.pfx", "KeyPath": "a.key", "Password": "hunter2" } } },
              "Serilog": { "WriteTo": [ { "Args": { "apiKey": "hunter2", "token": "${TOKEN}", "level": 5 } } ] },
              "ReverseProxy": { "Routes": { "r": { "ClusterId": "c", "Match": { "Path": "/" }, "Transforms": [
                { "RequestHeader": "Authorization", "Set": "Bearer hunter2" }, { "RequestHeader": "x", "Set": "shown" } ] } },
              "Clusters": { "c": { "Destinations": { "a": { "Address": "http://user:hunter2@h:1/x" } } },
                "p": { "Protocol": "stdio", "Process": { "Command": "jq", "Environment": { "A": "hunter2" } } } } } }
            """,
            ("PORT", "80"),
            ("TOKEN", "hunter2"),
            ("ReverseProxy__Clusters__c__Metadata__k", "hunter2"));

        var text = Print(config);

        Assert.Equal(
            """
            {"Urls":"http://*:${PORT}","AllowedHosts":null,"Kestrel":{"Certificates":{"Default":{"Path":"a.pfx","KeyPath":"a.key","Password":"***"}}},"Serilog":{"WriteTo":[{"Args":{"apiKey":"***","token":"${TOKEN}","level":5}}]},"ReverseProxy":{"Routes":{"r":{"ClusterId":"c","Match":{"Path":"/"},"Transforms":[{"RequestHeader":"Authorization","Set":"***"},{"RequestHeader":"x","Set":"shown"}]}},"Clusters":{"c":{"Destinations":{"a":{"Address":"http://***@h:1/x"}},"Metadata":{"k":"${ReverseProxy__Clusters__c__Metadata__k}"}},"p":{"Protocol":"stdio","Process":{"Command":"jq","Environment":{"A":"***"}}}}}}
            """,
            text);
    }

    private static string Print(GatewayConfig config)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            ConfigRedactor.Write(config, json);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
