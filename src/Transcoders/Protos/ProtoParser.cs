using Google.Protobuf.Reflection;

namespace Transcoders.Protos;

/// <summary>
/// Parses one source (proto2, proto3, editions 2023 and 2024) into its descriptor. Names stay as written and options aside: both need the
/// imports. Source: protobuf language specification; descriptors as protoc writes them.
/// </summary>
internal sealed partial class ProtoParser
{
    /// <summary>Deepest nesting of messages, and of values within options.</summary>
    private const int MaxDepth = 64;

    private readonly ProtoSource _source;
    private readonly string _text;
    private readonly List<ProtoToken> _tokens;
    private readonly Dictionary<int, ProtoGap> _gaps;
    private readonly List<int> _path = [];
    private int _next;
    private int _depth;
    private string _scope = "";

    private ProtoParser(string name, string text)
    {
        _source = new ProtoSource(name);
        _text = text;
        (_tokens, _gaps) = ProtoLexer.Read(text);
        _source.File.SourceCodeInfo = new SourceCodeInfo();
    }

    private FileDescriptorProto File => _source.File;

    /// <exception cref="ProtoSyntaxException">What is there is not the language.</exception>
    public static ProtoSource Parse(string name, string text)
    {
        var parser = new ProtoParser(name, text);
        parser.ParseFile();
        return parser._source;
    }

    private void ParseFile()
    {
        ParseSyntax();
        var hasPackage = false;
        while (Current.Kind != ProtoTokenKind.End)
        {
            if (TrySymbol(';'))
            {
                continue;
            }

            switch (WordHere())
            {
                case "import":
                    ParseImport();
                    break;
                case "package":
                    if (hasPackage)
                    {
                        throw Wrong("a file has one package.");
                    }

                    hasPackage = true;
                    _next++;
                    File.Package = _scope = ParseFullName();
                    Expect(';');
                    break;
                case "option":
                    AddOption(File, _scope, ParseOptionStatement());
                    break;
                case "message" or "export" or "local" when StartsDeclaration("message"):
                    ParseMessage(File.MessageType, FileDescriptorProto.MessageTypeFieldNumber);
                    break;
                case "enum" or "export" or "local" when StartsDeclaration("enum"):
                    ParseEnum(File.EnumType, FileDescriptorProto.EnumTypeFieldNumber);
                    break;
                case "service":
                    ParseService();
                    break;
                case "extend":
                    ParseExtend(File.Extension, FileDescriptorProto.ExtensionFieldNumber, File.MessageType, FileDescriptorProto.MessageTypeFieldNumber);
                    break;
                default:
                    throw Unexpected("import, package, option, message, enum, service or extend");
            }
        }
    }

    private void ParseSyntax()
    {
        var word = WordHere();
        if (word is not ("syntax" or "edition"))
        {
            return; // proto2, whose descriptors say nothing of it
        }

        _next++;
        Expect('=');
        var position = Current.Position;
        var value = ParseString();
        Expect(';');
        if (word == "syntax")
        {
            _source.IsProto3 = value == "proto3";
            if (value is not ("proto2" or "proto3"))
            {
                throw new ProtoSyntaxException(position, $"there is no syntax '{value}'; \"proto2\" or \"proto3\" would be right, or edition = \"2023\".");
            }

            if (_source.IsProto3)
            {
                File.Syntax = value;
            }

            return;
        }

        _source.IsEditions = true;
        File.Syntax = "editions";
        File.Edition = value switch
        {
            "2023" => Edition._2023,
            "2024" => Edition._2024,
            _ => throw new ProtoSyntaxException(position, $"the edition '{value}' is not known here; \"2023\" and \"2024\" are."),
        };
    }

    private void ParseImport()
    {
        _next++;
        var kind = WordHere();
        if (kind is "public" or "weak" or "option")
        {
            _next++;
        }

        var position = Current.Position;
        var name = ParseString();
        while (name.StartsWith("./", StringComparison.Ordinal))
        {
            // What protoc refuses and other tools write: the same file, which must not be there twice.
            name = name[2..];
        }

        Expect(';');
        if (kind == "option")
        {
            File.OptionDependency.Add(name);
            _source.OptionImports.Add(position);
            return;
        }

        if (File.Dependency.Contains(name))
        {
            throw new ProtoSyntaxException(position, $"'{name}' is imported twice.");
        }

        if (kind == "public")
        {
            File.PublicDependency.Add(File.Dependency.Count);
        }
        else if (kind == "weak")
        {
            File.WeakDependency.Add(File.Dependency.Count);
        }

        File.Dependency.Add(name);
        _source.Imports.Add(position);
    }

    private void ParseService()
    {
        var service = new ServiceDescriptorProto();
        var start = Begin(FileDescriptorProto.ServiceFieldNumber, File.Service.Count);
        _next++;
        service.Name = ParseName(service);
        File.Service.Add(service);
        using var scope = Enter(service.Name);
        Expect('{');
        Comment(start);
        while (!TrySymbol('}'))
        {
            switch (WordHere())
            {
                case "option":
                    AddOption(service, scope.Outer, ParseOptionStatement());
                    break;
                case "rpc":
                    ParseMethod(service);
                    break;
                case null when TrySymbol(';'):
                    break;
                default:
                    throw Unexpected("rpc, option or }");
            }
        }

        End();
    }

    private void ParseMethod(ServiceDescriptorProto service)
    {
        var method = new MethodDescriptorProto();
        var start = Begin(ServiceDescriptorProto.MethodFieldNumber, service.Method.Count);
        _next++;
        method.Name = ParseName(method);
        service.Method.Add(method);
        (var streams, method.InputType) = ParseMethodType(method, TypeRole.MethodInput);
        if (streams)
        {
            method.ClientStreaming = true;
        }

        if (WordHere() != "returns")
        {
            throw Unexpected("returns");
        }

        _next++;
        (streams, method.OutputType) = ParseMethodType(method, TypeRole.MethodOutput);
        if (streams)
        {
            method.ServerStreaming = true;
        }

        if (TrySymbol('{'))
        {
            Comment(start);
            // protoc writes options for braces without any.
            AddOptions(method, _scope, []);
            while (!TrySymbol('}'))
            {
                if (TrySymbol(';'))
                {
                    continue;
                }

                if (WordHere() != "option")
                {
                    throw Unexpected("option or }");
                }

                AddOption(method, _scope, ParseOptionStatement());
            }
        }
        else
        {
            Expect(';');
            Comment(start);
        }

        End();
    }

    private (bool Streams, string Type) ParseMethodType(MethodDescriptorProto method, TypeRole role)
    {
        Expect('(');
        var streams = WordHere() == "stream" && !IsSymbol('.', 1) && !IsSymbol(')', 1);
        if (streams)
        {
            _next++;
        }
        else if (WordHere() == "stream" && IsSymbol('.', 1) && _tokens[_next + 1].Position != After(_tokens[_next]))
        {
            // `stream .pkg.Type`: a streamed type named from the root.
            streams = true;
            _next++;
        }

        var position = Current.Position;
        var name = ParseTypeName();
        _source.References.Add(new(method, role, name, _scope, position));
        Expect(')');
        return (streams, name);
    }

    private static ProtoPosition After(ProtoToken token) => new(token.Position.Line, token.Position.Column + token.Length);

    private void ParseEnum(IList<EnumDescriptorProto> list, int number)
    {
        var type = new EnumDescriptorProto();
        var start = Begin(number, list.Count);
        if (ParseVisibility() is { } visibility)
        {
            type.Visibility = visibility;
        }

        _next++;
        type.Name = ParseName(type);
        list.Add(type);
        using var scope = Enter(type.Name);
        Expect('{');
        Comment(start);
        while (!TrySymbol('}'))
        {
            if (TrySymbol(';'))
            {
                continue;
            }

            var word = WordHere();
            if (word == "option" && !IsSymbol('=', 1))
            {
                AddOption(type, scope.Outer, ParseOptionStatement());
            }
            else if (word == "reserved" && !IsSymbol('=', 1))
            {
                _next++;
                ParseReserved(type.ReservedName, (from, to) => type.ReservedRange.Add(new EnumDescriptorProto.Types.EnumReservedRange { Start = from, End = to }), int.MaxValue, 0);
            }
            else
            {
                ParseEnumValue(type);
            }
        }

        if (type.Value.Count == 0)
        {
            throw new ProtoSyntaxException(_source.Positions[type], $"enum '{type.Name}' has no value; one at least would be right.");
        }

        End();
    }

    private void ParseEnumValue(EnumDescriptorProto type)
    {
        var value = new EnumValueDescriptorProto();
        var start = Begin(EnumDescriptorProto.ValueFieldNumber, type.Value.Count);
        value.Name = ParseName(value);
        Expect('=');
        value.Number = ParseInt32();
        type.Value.Add(value);
        // Values are siblings of their enum.
        ParseFieldOptions(value, _scope);
        Expect(';');
        Comment(start);
        End();
    }

    private ScopeEnd Enter(string name)
    {
        if (++_depth > MaxDepth)
        {
            throw Wrong($"declarations are nested deeper than {MaxDepth}.");
        }

        var outer = _scope;
        _scope = outer.Length == 0 ? name : $"{outer}.{name}";
        return new ScopeEnd(this, outer);
    }

    /// <summary>Leaves a scope when disposed.</summary>
    private readonly struct ScopeEnd(ProtoParser parser, string outer) : IDisposable
    {
        public string Outer { get; } = outer;

        public void Dispose()
        {
            parser._scope = Outer;
            parser._depth--;
        }
    }
}
