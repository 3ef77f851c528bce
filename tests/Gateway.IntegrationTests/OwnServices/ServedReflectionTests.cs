using System.Net;
using Gateway.IntegrationTests.Hosting;
using Grpc.Core;
using Grpc.Reflection.V1;
using Samples.Library;
using Samples.Library.V1;
using V1Alpha = Grpc.Reflection.V1Alpha;

namespace Gateway.IntegrationTests.OwnServices;

/// <summary>grpc.reflection served by the gateway for what its routes serve.</summary>
public sealed class ServedReflectionTests : IDisposable
{
    private readonly OwnProtos _protos = new();

    public void Dispose() => _protos.Dispose();

    [Fact]
    public async Task List_NamesWhatTheRoutesServe()
    {
        await using var gateway = await RunningGateway.StartAsync(_protos.Zoo());
        using var caller = new ReflectionCaller(gateway.Url);

        Assert.Equal([.. OwnProtos.Own, "zoo.Animals", "zoo.Vets", "zoo.secret.Guards"], await caller.ListAsync());
    }

    [Fact]
    public async Task V1Alpha_AnswersTheSame()
    {
        await using var gateway = await RunningGateway.StartAsync(_protos.Zoo());
        using var caller = new ReflectionCaller(gateway.Url);
        using var call = new V1Alpha.ServerReflection.ServerReflectionClient(caller.Channel).ServerReflectionInfo(cancellationToken: Wait.Token());
        await call.RequestStream.WriteAsync(new V1Alpha.ServerReflectionRequest { Host = "zoo", ListServices = "*" });
        Assert.True(await call.ResponseStream.MoveNext(Wait.Token()));

        Assert.Contains("zoo.Animals", call.ResponseStream.Current.ListServicesResponse.Service.Select(static service => service.Name));
        Assert.Equal("zoo", call.ResponseStream.Current.ValidHost);
        Assert.Equal("*", call.ResponseStream.Current.OriginalRequest.ListServices);
    }

    /// <summary>A route's path leads only where calls by name can follow: /v1/books is not one.</summary>
    [Fact]
    public async Task ServiceThatNoPathLeadsTo_IsNotListed()
    {
        var routes = $"{OwnProtos.Route("rest", "zoo", "/v1/{**all}")}, {OwnProtos.Route("vets", "zoo", "/zoo.Vets/{method}")}";
        await using var gateway = await RunningGateway.StartAsync(OwnProtos.Configuration(routes, _protos.Cluster("zoo", "a")));
        using var caller = new ReflectionCaller(gateway.Url);

        Assert.Equal([.. OwnProtos.Own, "zoo.Vets"], await caller.ListAsync());
    }

    [Theory]
    [InlineData("zoo.Animals", "zoo/animals.proto")]
    [InlineData("zoo.Animals.Get", "zoo/animals.proto")]
    [InlineData(".zoo.Animals.Watch", "zoo/animals.proto")]
    [InlineData("zoo.Animal", "zoo/animals.proto")]
    [InlineData("zoo.Animal.Leg", "zoo/animals.proto")]
    [InlineData("zoo.Animal.Leg.toes", "zoo/animals.proto")]
    [InlineData("zoo.Animal.born", "zoo/animals.proto")]
    [InlineData("zoo.Animal.home", "zoo/animals.proto")]
    [InlineData("zoo.Animal.Kind", "zoo/animals.proto")]
    [InlineData("zoo.Animal.DOG", "zoo/animals.proto")]
    [InlineData("zoo.Animal.tag", "zoo/animals.proto")]
    [InlineData("zoo.Size", "zoo/animals.proto")]
    [InlineData("zoo.LARGE", "zoo/animals.proto")]
    [InlineData("zoo.common.nick", "zoo/common.proto")]
    [InlineData("google.protobuf.Timestamp", "google/protobuf/timestamp.proto")]
    [InlineData("google.rpc.ErrorInfo", "google/rpc/error_details.proto")]
    [InlineData("grpc.health.v1.Health.List", "grpc/health/v1/health.proto")]
    [InlineData("grpc.reflection.v1.ServerReflection", null)]
    [InlineData("grpc.reflection.v1alpha.ServerReflectionRequest", null)]
    public async Task EverySymbol_IsDescribedWithAllItsImports(string symbol, string? file)
    {
        await using var gateway = await RunningGateway.StartAsync(_protos.Zoo());
        using var caller = new ReflectionCaller(gateway.Url);

        var files = await caller.DescribeAsync(symbol);

        Assert.Equal(file ?? files[0].Name, files[0].Name);
        var names = files.Select(static described => described.Name).ToList();
        Assert.Distinct(names);
        Assert.All(files.SelectMany(static described => described.Dependency), import => Assert.Contains(import, names));
    }

    [Theory]
    [InlineData("zoo.Animals.Feed")]
    [InlineData("zoo.Animal.wings")]
    [InlineData("zoo.Animal.Leg.wings")]
    [InlineData("zoo.MEDIUM")]
    [InlineData("zoo")]
    [InlineData("")]
    [InlineData(".")]
    public async Task UnknownSymbol_IsNotFound_AndTheStreamGoesOn(string symbol)
    {
        await using var gateway = await RunningGateway.StartAsync(_protos.Zoo());
        using var caller = new ReflectionCaller(gateway.Url);

        var answers = await caller.AskAsync(new() { FileContainingSymbol = symbol }, new() { FileContainingSymbol = "zoo.Animal" });

        Assert.Equal(5, answers[0].ErrorResponse.ErrorCode);
        Assert.Contains($"'{symbol}'", answers[0].ErrorResponse.ErrorMessage);
        Assert.NotEmpty(ReflectionCaller.Files(answers[1]));
    }

    [Fact]
    public async Task FilesAndExtensions_AreFound()
    {
        await using var gateway = await RunningGateway.StartAsync(_protos.Zoo());
        using var caller = new ReflectionCaller(gateway.Url);

        var answers = await caller.AskAsync(
            new() { FileByFilename = "zoo/common.proto" },
            new() { FileByFilename = "zoo/nobody.proto" },
            new() { FileContainingExtension = new ExtensionRequest { ContainingType = "zoo.common.Name", ExtensionNumber = 102 } },
            new() { FileContainingExtension = new ExtensionRequest { ContainingType = "zoo.common.Name", ExtensionNumber = 150 } },
            new() { AllExtensionNumbersOfType = "zoo.common.Name" },
            new() { AllExtensionNumbersOfType = "zoo.Animal" },
            new() { AllExtensionNumbersOfType = "zoo.Nobody" },
            new());

        Assert.Equal(["zoo/common.proto"], ReflectionCaller.Files(answers[0]).Select(static file => file.Name));
        Assert.Equal(5, answers[1].ErrorResponse.ErrorCode);
        Assert.Equal("zoo/animals.proto", ReflectionCaller.Files(answers[2])[0].Name);
        Assert.Equal(5, answers[3].ErrorResponse.ErrorCode);
        Assert.Equal([100, 101, 102], answers[4].AllExtensionNumbersResponse.ExtensionNumber);
        Assert.Equal("zoo.common.Name", answers[4].AllExtensionNumbersResponse.BaseTypeName);
        Assert.Empty(answers[5].AllExtensionNumbersResponse.ExtensionNumber);
        Assert.Equal(5, answers[6].ErrorResponse.ErrorCode);
        Assert.Equal(3, answers[7].ErrorResponse.ErrorCode);
    }

    [Fact]
    public async Task WhatAStreamHasBrought_IsNotBroughtAgain()
    {
        await using var gateway = await RunningGateway.StartAsync(_protos.Zoo());
        using var caller = new ReflectionCaller(gateway.Url);

        var answers = await caller.AskAsync(new() { FileContainingSymbol = "zoo.common.Name" }, new() { FileContainingSymbol = "zoo.Animal" }, new() { FileContainingSymbol = "zoo.Animals" });

        Assert.Equal(["zoo/animals.proto", "google/protobuf/timestamp.proto"], ReflectionCaller.Files(answers[1]).Select(static file => file.Name));
        Assert.Equal(["zoo/animals.proto"], ReflectionCaller.Files(answers[2]).Select(static file => file.Name));
    }

    [Fact]
    public async Task TwoVersionsOfAFile_EachSymbolIsDescribedByTheFirstThatHasIt()
    {
        var routes = $"{OwnProtos.Route("a", "zoo", "/zoo.Animals/{method}")}, {OwnProtos.Route("b", "plants", "/zoo.plants.Plants/{method}")}";
        await using var gateway = await RunningGateway.StartAsync(OwnProtos.Configuration(routes, $"{_protos.Cluster("zoo", "a")}, {_protos.Cluster("plants", "b")}"));
        using var caller = new ReflectionCaller(gateway.Url);

        Assert.Equal([.. OwnProtos.Own, "zoo.Animals", "zoo.plants.Plants"], await caller.ListAsync());
        var (animals, plants) = (await caller.DescribeAsync("zoo.Animals"), await caller.DescribeAsync("zoo.plants.Plants"));
        Assert.Single(animals.Single(static file => file.Name == "zoo/common.proto").MessageType[0].Field);
        Assert.Equal(2, plants.Single(static file => file.Name == "zoo/common.proto").MessageType[0].Field.Count);
        Assert.Contains(gateway.Log.Entries, static entry => entry.Text.StartsWith("ReflectionDiffers: ", StringComparison.Ordinal) && entry.Text.Contains("zoo/common.proto", StringComparison.Ordinal));
    }

    [Fact]
    public async Task GuardedServices_AreKeptSecretUnlessToldOtherwise()
    {
        const string Policy = """, "AuthorizationPolicy": "Default" """;
        var routes = string.Join(", ",
            OwnProtos.Route("open", "zoo", "/zoo.Animals/{method}", """, "AuthorizationPolicy": "Anonymous" """),
            OwnProtos.Route("vets", "zoo", "/zoo.Vets/{method}", Policy),
            OwnProtos.Route("secret", "zoo", "/zoo.secret.Guards/{method}", Policy));
        await using var gateway = await RunningGateway.StartAsync(OwnProtos.Configuration(routes, _protos.Cluster("zoo", "a")));
        using var caller = new ReflectionCaller(gateway.Url);

        Assert.Equal([.. OwnProtos.Own, "zoo.Animals"], await caller.ListAsync());
        var answers = await caller.AskAsync(
            new() { FileContainingSymbol = "zoo.Animals" },
            new() { FileContainingSymbol = "zoo.Vets" },
            new() { FileContainingSymbol = "zoo.secret.Guards" },
            new() { FileContainingSymbol = "zoo.secret.Keys" },
            new() { FileByFilename = "zoo/secrets.proto" });
        Assert.Equal(["Animals"], ReflectionCaller.Files(answers[0])[0].Service.Select(static service => service.Name));
        Assert.All(answers.Skip(1), static answer => Assert.Equal(5, answer.ErrorResponse.ErrorCode));

        Assert.Empty(await gateway.ReloadAsync(OwnProtos.Configuration(routes, _protos.Cluster("zoo", "a"), """ "Grpc": { "ReflectGuarded": true }, """)));
        Assert.Equal([.. OwnProtos.Own, "zoo.Animals", "zoo.Vets", "zoo.secret.Guards"], await caller.ListAsync());
        Assert.Equal(2, (await caller.DescribeAsync("zoo.Vets"))[0].Service.Count);
    }

    [Fact]
    public async Task Reload_AddsAndTakesAway()
    {
        await using var gateway = await RunningGateway.StartAsync(OwnProtos.Configuration(OwnProtos.Route("a", "zoo", "/zoo.Animals/{method}"), _protos.Cluster("zoo", "a")));
        using var caller = new ReflectionCaller(gateway.Url);
        Assert.DoesNotContain("zoo.Vets", await caller.ListAsync());

        Assert.Empty(await gateway.ReloadAsync(_protos.Zoo()));
        Assert.Contains("zoo.Vets", await caller.ListAsync());

        Assert.Empty(await gateway.ReloadAsync(_protos.Zoo(""" "Grpc": { "Reflection": false }, """)));
        Assert.NotEqual(StatusCode.OK, await caller.RefusalAsync());
    }

    /// <summary>A gateway behind a gateway, which asks it what it serves.</summary>
    [Fact]
    public async Task GatewayBehindAGateway_IsAskedByReflection()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var inner = await RunningGateway.StartAsync(Reflecting(library.Address));
        await using var outer = await RunningGateway.StartAsync(Reflecting(inner.Url));
        using var caller = new ReflectionCaller(outer.Url);

        Assert.Contains("library.v1.Library", await caller.ListAsync());
        Assert.Equal(3, (await caller.DescribeAsync("grpc.health.v1.Health"))[0].Service[0].Method.Count);
        var (response, body) = await outer.Http1.AskAsync(HttpMethod.Get, "/v1/behaviours/echo/hello");
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        Assert.Equal("hi", (await new Behaviours.BehavioursClient(caller.Channel).EchoAsync(new EchoRequest { Text = "hi" }, cancellationToken: Wait.Token())).Text);
    }

    /// <summary>As grpcurl does it: nothing of the schema is known beforehand.</summary>
    [NeedsFact("npm:@grpc/grpc-js")]
    public async Task GrpcJs_BuildsItsClientFromReflection()
    {
        await using var library = await LibraryServer.StartAsync(cancellationToken: Wait.Token());
        await using var gateway = await RunningGateway.StartAsync(Reflecting(library.Address));

        var printed = await NodeProgram.RunAsync("reflection-client.mjs", gateway.Url.Authority, "library.v1.Behaviours/Echo", """{"text":"grüße"}""");

        Assert.Contains("library.v1.Library", printed);
        Assert.Contains("\"text\":\"grüße\"", printed);
    }

    private static string Reflecting(Uri address) => $$"""
        { "ReverseProxy": {
          "Routes": { "all": { "ClusterId": "all", "Match": { "Path": "/{**path}" } } },
          "Clusters": { "all": { "Protocol": "grpc", "Schema": { "Reflection": true }, "Destinations": { "a": { "Address": "{{address}}" } } } }
        } }
        """;
}
