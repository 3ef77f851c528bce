namespace Gateway.Configuration;

/// <summary>Makes the records of a checked tree, and reports what only two places together can tell.</summary>
internal sealed class SettingsBuilder(ConfigProblems problems, string file, ConfigNode root)
{
    private readonly string _directory = Path.GetDirectoryName(file) ?? ".";
    private readonly ConfigNode? _clusters = root.Find("ReverseProxy:Clusters");

    public GatewayConfig Build()
    {
        var top = new SettingsReader(root);
        var cors = CorsBuilder.Build(root, problems);
        var clusters = new Dictionary<string, ClusterSettings>(StringComparer.OrdinalIgnoreCase);
        foreach (var node in _clusters?.Children ?? [])
        {
            clusters[node.Key] = Cluster(node);
        }

        var routes = new Dictionary<string, RouteSettings>(StringComparer.OrdinalIgnoreCase);
        foreach (var node in root.Find("ReverseProxy:Routes")?.Children ?? [])
        {
            routes[node.Key] = Route(node);
            CorsBuilder.CheckReference(node, cors, problems);
        }

        var defaults = new GatewayConfig { File = file, Tree = new TreeConfiguration(root) };
        return defaults with
        {
            Urls = top.Text("Urls"),
            AdminUrls = top.Section("Admin").Text("Urls", defaults.AdminUrls),
            Grpc = OwnServices(top.Section("Grpc")),
            Cors = cors,
            Routes = routes,
            Clusters = clusters,
        };
    }

    private static OwnServicesSettings OwnServices(SettingsReader section)
    {
        var defaults = new OwnServicesSettings();
        return new OwnServicesSettings
        {
            Reflection = section.Flag("Reflection", defaults.Reflection),
            ReflectGuarded = section.Flag("ReflectGuarded", defaults.ReflectGuarded),
            Health = section.Flag("Health", defaults.Health),
        };
    }

    private RouteSettings Route(ConfigNode node)
    {
        var route = new SettingsReader(node);
        var clusterId = route.Text("ClusterId");
        if (clusterId is not null && _clusters?.Child(clusterId) is null)
        {
            var names = _clusters?.Children.Select(c => c.Key) ?? [];
            problems.Add(node.Child("ClusterId")!, $"no cluster is called {Quote.Value(node.Child("ClusterId")!)}{Nearest.Suggestion(clusterId, names)}");
        }

        if (route.Text("Timeout") is not null && route.Text("TimeoutPolicy") is not null)
        {
            problems.AddKey(node.Child("TimeoutPolicy")!, "a route has Timeout or TimeoutPolicy, not both");
        }

        return new RouteSettings
        {
            Id = node.Key,
            ClusterId = clusterId,
            Edges = route.Texts("Edges")?.Select(e => ConfigGrammar.EdgeNames.Find(e) ?? e).Distinct().ToList(),
            Options = OptionsBuilder.Build(route.Section("Options")),
            Path = route.Section("Match").Text("Path"),
            Methods = route.Section("Match").Texts("Methods") is { Count: > 0 } methods ? methods : null,
            Transforms = [.. (route.Section("Transforms").Node?.Children ?? []).Select(static transform => TextsOf(transform))],
            Timeout = route.Duration("Timeout"),
            MaxRequestBodySize = route.Integer("MaxRequestBodySize"),
            Position = node.KeyPosition,
        };
    }

    private static Dictionary<string, string> TextsOf(ConfigNode node)
    {
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var child in node.Children)
        {
            texts[child.Key] = child.Value ?? "";
        }

        return texts;
    }

    private ClusterSettings Cluster(ConfigNode node)
    {
        var cluster = new SettingsReader(node);
        var protocol = cluster.Choice("Protocol", ConfigGrammar.ProtocolNames, "http");
        var stdio = protocol == "stdio";
        CheckKeysOfProtocol(node, cluster, protocol);
        return new ClusterSettings
        {
            Id = node.Key,
            Protocol = protocol,
            NamesProtocol = cluster.Section("Protocol").Exists,
            Schema = cluster.Section("Schema") is { Exists: true } schema ? Schema(schema) : null,
            Process = stdio && cluster.Section("Process") is { Exists: true } process ? Process(process) : null,
            Sse = Sse(cluster.Section("Sse"), new SseSettings()),
            WebSocket = protocol == "websocket" && cluster.Section("WebSocket") is { Exists: true } socket ? WebSocketBuilder.Build(socket) : null,
            Http = Http(cluster.Section("Http")),
            Grpc = new GrpcClusterSettings { Compression = cluster.Section("Grpc").Word("Compression", new GrpcClusterSettings().Compression) },
            Instances = cluster.Int32("Instances", 1),
            Destinations = stdio ? new Dictionary<string, string>() : Destinations(cluster.Section("Destinations"), protocol),
            Resilience = cluster.Section("Resilience") is { Exists: true } resilience ? ResilienceBuilder.Build(resilience) : null,
            Position = node.KeyPosition,
        };
    }

    private void CheckKeysOfProtocol(ConfigNode node, SettingsReader cluster, string protocol)
    {
        var (process, destinations, instances) = (cluster.Section("Process"), cluster.Section("Destinations"), cluster.Section("Instances"));
        if (cluster.Section("Sse") is { Exists: true } events && protocol is not ("sse" or "http"))
        {
            problems.AddKey(events.Node!, $"'Sse' belongs to Protocol 'sse' or 'http'; this cluster's Protocol is '{protocol}'");
        }

        if (protocol != "websocket" && cluster.Section("WebSocket") is { Exists: true } socket)
        {
            problems.AddKey(socket.Node!, $"'WebSocket' belongs to Protocol 'websocket'; this cluster's Protocol is '{protocol}'");
        }

        if (protocol != "grpc" && cluster.Section("Grpc") is { Exists: true } grpc)
        {
            problems.AddKey(grpc.Node!, $"'Grpc' belongs to Protocol 'grpc'; this cluster's Protocol is '{protocol}'");
        }

        if (protocol == "stdio")
        {
            if (!process.Exists)
            {
                problems.AddKey(node, "a stdio cluster needs the key 'Process': { \"Command\": … }");
            }

            if (destinations is { Exists: true, Node.Children.Count: > 0 })
            {
                problems.AddKey(destinations.Node, "a stdio cluster has no Destinations: its process is the destination; \"Instances\": n makes n of them");
            }

            return;
        }

        if (destinations is not { Exists: true, Node.Children.Count: > 0 })
        {
            problems.AddKey(node, $"a cluster of Protocol '{protocol}' needs the key 'Destinations': {{ \"a\": {{ \"Address\": … }} }}");
        }

        if (process.Exists)
        {
            problems.AddKey(process.Node!, $"'Process' belongs to Protocol 'stdio'; this cluster's Protocol is '{protocol}'");
        }

        if (instances.Exists)
        {
            problems.AddKey(instances.Node!, $"'Instances' belongs to Protocol 'stdio'; this cluster's Protocol is '{protocol}': list its Destinations");
        }
    }

    private Dictionary<string, string> Destinations(SettingsReader section, string protocol)
    {
        var destinations = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var node in section.Node?.Children ?? [])
        {
            if (node.Child("Address") is not { Value: { } address } at)
            {
                continue;
            }

            if (ConfigAddresses.CheckDestination(address, protocol) is { } wrong)
            {
                problems.Add(at, $"{Quote.Value(at)} {wrong}");
            }

            destinations[node.Key] = address;
        }

        return destinations;
    }

    private SchemaSettings Schema(SettingsReader schema)
    {
        var files = new List<string>();
        foreach (var node in schema.Section("DescriptorSets").Node?.Children ?? [])
        {
            var path = Absolute(node.Value ?? "");
            var sets = SchemaFiles.Sets(path);
            if (sets.Count == 0)
            {
                problems.Add(node, $"the directory '{Quote.Safe(path)}' holds no descriptor set (.binpb, .pb, .bin, .desc, .protoset or .gz)");
            }
            else if (!File.Exists(sets[0]))
            {
                problems.Add(node, $"there is no file '{Quote.Safe(path)}'");
            }

            files.AddRange(sets);
        }

        var sources = new List<string>();
        foreach (var node in schema.Section("ProtoFiles").Node?.Children ?? [])
        {
            var path = Absolute(node.Value ?? "");
            if (SchemaFiles.Sources(path).Count == 0)
            {
                problems.Add(node, $"there is no .proto file '{Quote.Safe(path)}'; a file, a directory or a pattern such as protos/**/*.proto would be right");
            }

            sources.Add(path);
        }

        var imports = new List<string>();
        foreach (var node in schema.Section("ImportPaths").Node?.Children ?? [])
        {
            var path = Absolute(node.Value ?? "");
            if (!Directory.Exists(path))
            {
                problems.Add(node, $"there is no directory '{Quote.Safe(path)}'");
            }

            imports.Add(path);
        }

        return new HttpRulesBuilder(problems, _directory).AddTo(schema, new SchemaSettings
        {
            DescriptorSets = files,
            ProtoFiles = sources,
            ImportPaths = imports,
            Pin = schema.Flag("Pin", true),
            Refresh = schema.Duration("Refresh"),
            Reflection = schema.Flag("Reflection", false),
        });
    }

    private static HttpClusterSettings Http(SettingsReader http)
    {
        var defaults = new HttpClusterSettings();
        return new HttpClusterSettings
        {
            Duplex = http.Flag("Duplex", defaults.Duplex),
            StreamEnvelope = http.Choice("StreamEnvelope", ConfigGrammar.StreamEnvelopes, defaults.StreamEnvelope),
            TimeoutHeader = http.Flag("TimeoutHeader", defaults.TimeoutHeader),
            Poll = http.Section("Poll") is { Exists: true } poll ? Poll(poll, new PollSettings()) : null,
        };
    }

    private static PollSettings Poll(SettingsReader poll, PollSettings defaults) => new()
    {
        Interval = poll.Duration("Interval", defaults.Interval),
        MaxErrors = poll.Int32("MaxErrors", defaults.MaxErrors),
        ChangedOnly = poll.Flag("ChangedOnly", defaults.ChangedOnly),
    };

    private static SseSettings Sse(SettingsReader sse, SseSettings defaults) => new()
    {
        Terminators = sse.Texts("Terminators") ?? defaults.Terminators,
        ErrorEvents = sse.Texts("ErrorEvents") ?? defaults.ErrorEvents,
        EventFilter = sse.Texts("EventFilter"),
        EndOfStream = sse.Word("EndOfStream", defaults.EndOfStream),
        CursorQuery = sse.Text("CursorQuery"),
        ReconnectAttempts = sse.Section("Reconnect").Int32("Attempts"),
        ReconnectMaxDelay = sse.Section("Reconnect").Duration("MaxDelay", defaults.ReconnectMaxDelay),
        Fanout = FanoutBuilder.Build(sse),
    };

    private ProcessSettings Process(SettingsReader process)
    {
        var defaults = new ProcessSettings();
        var command = process.Text("Command", "");
        if (command.Length == 0 && process.Text("Command") is not null)
        {
            problems.Add(process.Section("Command").Node!, "the command is empty");
        }
        else if (command.Contains(' ') && !File.Exists(Absolute(command)))
        {
            problems.Add(process.Section("Command").Node!, "a command is one word, never a shell line; put the others into Arguments: [ … ]");
        }

        return new ProcessSettings
        {
            // A bare name is looked up on the PATH; with a slash it is a path, and relative to the file.
            Command = command.Contains('/') ? Absolute(command) : command,
            Arguments = process.Texts("Arguments") ?? [],
            MethodArgument = process.Flag("MethodArgument", defaults.MethodArgument),
            Framing = process.Choice("Framing", ConfigGrammar.Framings, defaults.Framing),
            Codec = process.Choice("Codec", ConfigGrammar.Codecs, defaults.Codec),
            Dialect = process.Choice("Dialect", ConfigGrammar.Dialects, defaults.Dialect),
            Method = process.Text("Method"),
            ContentType = process.Text("ContentType"),
            Serialize = process.Flag("Serialize", defaults.Serialize),
            ScriptName = process.Text("ScriptName", defaults.ScriptName),
            PassMetadata = process.Texts("PassMetadata") ?? [],
            ExitCodes = process.Choice("ExitCodes", ConfigGrammar.ExitCodes.Choice, defaults.ExitCodes),
            ExitCodeMap = process.TextMap("ExitCodes"),
            Lifetime = process.Choice("Lifetime", ConfigGrammar.Lifetimes, defaults.Lifetime),
            Environment = process.TextMap("Environment"),
            PassEnvironment = process.Texts("PassEnvironment") ?? [],
            WorkingDirectory = process.Text("WorkingDirectory") is { } directory ? Absolute(directory) : null,
            MaxProcesses = process.Int32("MaxProcesses", defaults.MaxProcesses),
            LineLength = process.Section("Limits").Size32("LineLength") ?? defaults.LineLength,
            StopGrace = process.Section("Stop").Duration("Grace", defaults.StopGrace),
            ExposeStderr = process.Flag("ExposeStderr", defaults.ExposeStderr),
            Fanout = FanoutBuilder.Build(process),
        };
    }

    private string Absolute(string path) => path.Length == 0 ? _directory : Path.GetFullPath(path, _directory);
}
