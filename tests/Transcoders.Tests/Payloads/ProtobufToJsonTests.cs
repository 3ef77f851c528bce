using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Tests.Protos;

namespace Transcoders.Tests.Payloads;

public sealed class ProtobufToJsonTests
{
    private const string Kitchen = "tests.kitchen.Kitchen";
    private const string Old = "tests.legacy.Old";

    [Fact]
    public void Everything_ComesBackAsItWas()
    {
        Assert.Equal(Samples.Everything, Plans.ToJson(Kitchen, Plans.ToWire(Kitchen, Samples.Everything)));
    }

    /// <summary>Wire that encoders do not normally send, and what it means. Source: PROTOCOLS §2.2.</summary>
    [Theory]
    [InlineData("18 01 18 02", """{"fInt32":2}""")] // the last of scalars counts
    [InlineData("18 01 18 00", """{}""")]
    [InlineData("72 01 61 72 01 62", """{"fString":"b"}""")]
    [InlineData("68 01 18 01", """{"fInt32":1,"fBool":true}""")] // order by field number
    [InlineData("18 FF FF FF FF FF FF FF FF FF 01", """{"fInt32":-1}""")]
    [InlineData("18 FF FF FF FF 0F", """{"fInt32":-1}""")]
    [InlineData("18 81 80 00", """{"fInt32":1}""")] // longer than need be
    [InlineData("68 02", """{"fBool":true}""")]
    [InlineData("8A 01 03 0A 01 61 8A 01 02 10 05", """{"fDish":{"name":"a","grams":5}}""")] // split messages merge
    [InlineData("8A 01 03 0A 01 61 8A 01 03 0A 01 62", """{"fDish":{"name":"b"}}""")]
    [InlineData("8A 01 05 22 03 0A 01 61 8A 01 04 22 02 10 05", """{"fDish":{"side":{"name":"a","grams":5}}}""")]
    [InlineData("8A 01 03 1A 01 61 18 01 8A 01 03 1A 01 62", """{"fInt32":1,"fDish":{"tags":["a","b"]}}""")]
    [InlineData("8A 01 00 8A 01 00", """{"fDish":{}}""")]
    [InlineData("B0 01 01 B0 01 02", """{"rInt32":[1,2]}""")] // unpacked where packed is usual
    [InlineData("B2 01 02 01 02 B0 01 03 B2 01 01 04", """{"rInt32":[1,2,3,4]}""")]
    [InlineData("BA 01 02 01 02", """{"rUnpacked":[1,2]}""")]
    [InlineData("B0 01 01 18 07 B0 01 02", """{"fInt32":7,"rInt32":[1,2]}""")] // not side by side
    [InlineData("B2 01 00", """{}""")]
    [InlineData("B2 01 00 18 05 B2 01 00", """{"fInt32":5}""")]
    [InlineData("DA 01 02 0A 00 18 07 DA 01 02 10 02", """{"fInt32":7,"rDish":[{},{"grams":2}]}""")]
    [InlineData("FA 01 06 0A 01 61 12 01 62", """{"mString":{"a":"b"}}""")]
    [InlineData("FA 01 06 12 01 62 0A 01 61", """{"mString":{"a":"b"}}""")] // value before key
    [InlineData("FA 01 03 0A 01 61", """{"mString":{"a":""}}""")]
    [InlineData("FA 01 03 12 01 62", """{"mString":{"":"b"}}""")]
    [InlineData("FA 01 00", """{"mString":{"":""}}""")]
    [InlineData("FA 01 06 0A 01 61 12 01 62 FA 01 06 0A 01 63 12 01 64 FA 01 06 0A 01 61 12 01 65", """{"mString":{"c":"d","a":"e"}}""")]
    [InlineData("FA 01 09 0A 01 61 0A 01 7A 12 01 62", """{"mString":{"z":"b"}}""")]
    [InlineData("FA 01 08 0A 01 61 12 01 62 18 01", """{"mString":{"a":"b"}}""")] // an unknown field in an entry
    [InlineData("8A 02 00", """{"mBool":{"false":{}}}""")]
    [InlineData("98 03 05 A2 03 01 78", """{"cString":"x"}""")] // the last member of a oneof stands
    [InlineData("A2 03 01 78 98 03 05", """{"cInt32":5}""")]
    [InlineData("AA 03 03 0A 01 61 98 03 05 AA 03 02 10 05", """{"cDish":{"grams":5}}""")] // it began anew in between
    [InlineData("98 03 05 AA 03 03 0A 01 61 AA 03 02 10 05", """{"cDish":{"name":"a","grams":5}}""")]
    [InlineData("B0 03 00", """{"cNull":null}""")]
    [InlineData("80 01 63", """{"fColour":99}""")]
    [InlineData("80 01 FF FF FF FF FF FF FF FF FF 01", """{"fColour":"NEGATIVE"}""")]
    [InlineData("F8 07 01 18 05 FA 07 01 61 FB 07 08 01 FC 07 FD 07 00 00 00 00 F9 07 00 00 00 00 00 00 00 00", """{"fInt32":5}""")] // unknown fields of every wire type
    [InlineData("1A 01 61 18 05", """{"fInt32":5}""")] // a known field of a wrong type is unknown
    [InlineData("EA 03 02 08 01 EA 03 02 10 05", """{"wTimestamp":"1970-01-01T00:00:01.000000005Z"}""")]
    [InlineData("EA 03 04 10 05 08 01", """{"wTimestamp":"1970-01-01T00:00:01.000000005Z"}""")]
    [InlineData("EA 03 00", """{"wTimestamp":"1970-01-01T00:00:00Z"}""")]
    [InlineData("F2 03 00", """{"wDuration":"0s"}""")]
    [InlineData("FA 03 00", """{"wMask":""}""")]
    [InlineData("82 04 00 92 04 00 A2 04 00", """{"wStruct":{},"wList":[],"wAny":{}}""")]
    [InlineData("8A 04 05 20 01 1A 01 61", """{"wValue":"a"}""")] // the last kind of a Value stands
    [InlineData("8A 04 04 32 00 20 00", """{"wValue":false}""")]
    [InlineData("8A 04 0A 32 03 0A 01 08 32 03 0A 01 08", null)] // a tag without its value, twice
    [InlineData("8A 04 0C 32 04 0A 02 20 01 32 04 0A 02 20 00", """{"wValue":[true,false]}""")] // lists in a Value merge
    [InlineData("82 04 09 0A 07 0A 01 61 12 02 20 01 82 04 09 0A 07 0A 01 61 12 02 20 00", """{"wStruct":{"a":false}}""")]
    [InlineData("C2 04 04 08 01 08 02", """{"wInt32":2}""")]
    [InlineData("C2 04 00", """{"wInt32":0}""")]
    [InlineData("F2 04 00", """{"wString":""}""")]
    public void UnusualWire_MeansWhatItMeansEverywhere(string hex, string? expected)
    {
        var wire = Plans.Hex(hex);
        if (expected is null)
        {
            Assert.Throws<CallException>(() => Plans.ToJson(Kitchen, wire));
            Assert.Throws<InvalidProtocolBufferException>(() => Transcoders.Tests.Protos.Kitchen.Parser.ParseFrom(wire));
            return;
        }

        Assert.Equal(expected, Plans.ToJson(Kitchen, wire));

        // Generated code agrees: what it parses from the wire is what it parses from our JSON's wire.
        var direct = Transcoders.Tests.Protos.Kitchen.Parser.WithDiscardUnknownFields(true).ParseFrom(wire);
        Assert.Equal(direct, Transcoders.Tests.Protos.Kitchen.Parser.ParseFrom(Plans.ToWire(Kitchen, expected)));
    }

    /// <summary>Where Google's C# library does otherwise: it does not merge the value of a map's entry, and keeps a Value of no kind.</summary>
    [Theory]
    [InlineData("8A 02 0B 08 01 12 03 0A 01 61 12 02 10 05", """{"mBool":{"true":{"name":"a","grams":5}}}""")]
    [InlineData("8A 04 00", """{"wValue":null}""")]
    public void UnusualWire_BeyondTheOracle(string hex, string expected)
    {
        Assert.Equal(expected, Plans.ToJson(Kitchen, Plans.Hex(hex)));
    }

    [Theory]
    [InlineData("18", "fInt32")] // cut short
    [InlineData("18 80", "fInt32")]
    [InlineData("72 05 61", "fString")]
    [InlineData("72 FF FF FF FF 0F", "fString")]
    [InlineData("09 00 00", "fDouble")]
    [InlineData("8A 01 02 0A 05", "fDish.name")]
    [InlineData("00 01", "")] // field number zero
    [InlineData("1F 01", "")] // wire type 7
    [InlineData("1E 01", "")] // wire type 6
    [InlineData("1C", "")] // an end group without a start
    [InlineData("FB 07 08 01", "")] // a group without an end
    [InlineData("FB 07 84 08", "")] // ended by another number
    [InlineData("80 80 80 80 80 80 01 00", "")] // a tag that is too long
    [InlineData("F8 FF FF FF 1F 00", "")] // a field number that is too great
    [InlineData("18 80 80 80 80 80 80 80 80 80 80 01", "fInt32")] // an eleven-byte varint
    [InlineData("72 01 FF", "fString")] // not UTF-8
    [InlineData("72 02 C3 28", "fString")]
    [InlineData("C2 01 01 80", "rString[0]")]
    [InlineData("B2 01 01 80", "rInt32[0]")]
    [InlineData("AA 01 07 00 00 00 00 00 00 00", "rDouble[0]")]
    [InlineData("DA 01 00 DA 01 03 0A 01 FF", "rDish[1].name")]
    [InlineData("EA 03 0A 08 FF FF FF FF FF FF FF FF 7F", "wTimestamp")]
    [InlineData("EA 03 0B 10 FF FF FF FF FF FF FF FF FF 01", "wTimestamp")]
    [InlineData("F2 03 0D 08 01 10 FF FF FF FF FF FF FF FF FF 01", "wDuration")]
    [InlineData("FA 03 07 0A 05 66 6F 6F 5F 33", "wMask")]
    [InlineData("FA 03 06 0A 04 66 6F 6F 42", "wMask")]
    [InlineData("8A 04 09 11 00 00 00 00 00 00 F8 7F", "wValue")]
    [InlineData("8A 04 09 11 00 00 00 00 00 00 F0 7F", "wValue")]
    [InlineData("A2 04 04 0A 02 78 2F", "wAny")] // a type nobody knows
    [InlineData("A2 04 03 12 01 61", "wAny")] // a value without a type
    public void MalformedWire_IsInternal_NamingTheField(string hex, string path)
    {
        var e = Assert.Throws<CallException>(() => Plans.ToJson(Kitchen, Plans.Hex(hex)));

        Assert.Equal(StatusCode.Internal, e.Status.Code);
        Assert.StartsWith($"The message {Kitchen} cannot be shown as JSON: {path}", e.Status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("18 09", """{}""")]
    [InlineData("18 03 18 09", """{"closed":"FIRST"}""")]
    [InlineData("20 03 20 09 20 04", """{"closeds":["FIRST","SECOND"]}""")]
    [InlineData("2A 03 03 09 04", """{"packedCloseds":["FIRST","SECOND"]}""")]
    [InlineData("32 05 0A 01 61 10 01 32 05 0A 01 62 10 09", """{"closedMap":{"a":"SOME"}}""")]
    [InlineData("32 05 0A 01 62 10 09", """{}""")]
    [InlineData("72 01 78 68 09", """{"pickText":"x"}""")]
    [InlineData("72 01 78 68 03", """{"pickClosed":"FIRST"}""")]
    [InlineData("10 00", """{"count":0}""")]
    [InlineData("3B 40 05 4B 52 01 61 4C 4B 4C 3C", """{"data":{"number":5,"inner":[{"text":"a"},{}]}}""")]
    [InlineData("3B 40 05 3C 3B 4B 4C 3C", """{"data":{"number":5,"inner":[{}]}}""")]
    [InlineData("5A 03 61 FF 62", "{\"loose\":\"a\uFFFDb\"}")]
    [InlineData("A0 06 07 AA 06 01 78 B2 06 03 0A 01 79", """{"[tests.legacy.ext_number]":7,"[tests.legacy.ext_texts]":["x"],"[tests.legacy.Scope.ext_old]":{"id":"y"}}""")]
    public void Proto2(string hex, string expected)
    {
        Assert.Equal(expected, Plans.ToJson(Old, Plans.Hex(hex)));
    }

    [Theory]
    [InlineData("3B 40 05", "data")]
    [InlineData("3B 40 05 44", "data")]
    public void Groups_MustEnd(string hex, string path)
    {
        var e = Assert.Throws<CallException>(() => Plans.ToJson(Old, Plans.Hex(hex)));

        Assert.Contains(path, e.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CarefulWay_MeansTheSameAsTheFastOne()
    {
        // A duplicate first field forces the careful way through everything that follows.
        var wire = Plans.ToWire(Kitchen, Samples.Everything);
        byte[] doubled = [.. wire, .. Plans.Hex("09 00 00 00 00 00 00 F8 3F")];

        Assert.Equal(Samples.Everything, Plans.ToJson(Kitchen, doubled, new PayloadPlanCompiler(Plans.Catalog)));
    }

    [Fact]
    public void Strings_AreEscapedAsJsonDemands()
    {
        var text = new string([.. Enumerable.Range(0, 0x80).Select(i => (char)i)]) + "\u0085\u2028é😀" + new string('"', 40);
        for (var before = 0; before < 40; before++)
        {
            var message = new Kitchen { FString = new string('x', before) + text };
            using var json = System.Text.Json.JsonDocument.Parse(Plans.Print(message));
            Assert.Equal(message.FString, json.RootElement.GetProperty("fString").GetString());
        }
    }

    [Fact]
    public void Numbers_ComeBackExactly()
    {
        var random = new Random(11);
        var message = new Kitchen();
        for (var i = 0; i < 3000; i++)
        {
            var any = BitConverter.Int64BitsToDouble(random.NextInt64());
            message.RDouble.Add(double.IsNaN(any) ? 0 : any);
            message.RDouble.Add(Math.Round(random.NextDouble() * Math.Pow(10, i % 12), i % 8));
            message.RDouble.Add(-random.Next(100_000) / 100.0);
            message.RInt32.Add((int)(random.NextInt64() >> (i % 60)));
            message.RSint64.Add(random.NextInt64() >> (i % 63));
            message.RSint64.Add(-(random.NextInt64() >> (i % 63)));
            message.RFixed32.Add((uint)random.NextInt64() >> (i % 31));
        }

        message.RDouble.Add([double.Epsilon, double.MaxValue, -0.0, 1e15, 1e15 + 0.5, 999999999.999999, 0.000001, 0.0000001, 123456.7]);
        message.RInt32.Add([int.MinValue, int.MaxValue, 0, 9, 10, 99, 100, 99_999_999, 100_000_000]);
        message.RSint64.Add([long.MinValue, long.MaxValue, 9_999_999_999_999_999, 10_000_000_000_000_000]);
        message.FUint64 = ulong.MaxValue;

        var json = Plans.Print(message);

        using var document = System.Text.Json.JsonDocument.Parse(json);
        var doubles = document.RootElement.GetProperty("rDouble");
        for (var i = 0; i < message.RDouble.Count; i++)
        {
            var shown = doubles[i].ValueKind == System.Text.Json.JsonValueKind.Number ? doubles[i].GetRawText() : doubles[i].GetString()!;
            var shortest = message.RDouble[i].ToString("R", System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(
                message.RDouble[i].Equals(double.Parse(shown, System.Globalization.CultureInfo.InvariantCulture)) && shown.Length <= Math.Max(shortest.Length, 17),
                $"{shortest} was shown as {shown}");
        }

        Assert.True(message.Equals(Plans.Parse<Kitchen>(json)));
    }

    [Fact]
    public void Options_ChangeWhatIsPrinted()
    {
        var dish = new Dish { Name = "x" };
        Assert.Equal("""{"name":"x","grams":0,"tags":[]}""", Plans.Print(dish, Plans.With(o => o with { EmitDefaults = true })));
        var kitchen = new Kitchen { FInt64 = 5, FColour = Colour.Blue, FUint64 = 7 };
        Assert.Equal("""{"f_int64":5,"f_uint64":7,"f_colour":2}""",
            Plans.Print(kitchen, Plans.With(o => o with { ProtoNames = true, EnumsAsNumbers = true, Int64AsNumbers = true })));

        var defaults = Plans.Print(new Kitchen { CInt32 = 0 }, Plans.With(o => o with { EmitDefaults = true }));
        Assert.Contains("\"fInt64\":\"0\"", defaults, StringComparison.Ordinal);
        Assert.Contains("\"fBytes\":\"\"", defaults, StringComparison.Ordinal);
        Assert.Contains("\"fColour\":\"COLOUR_UNSPECIFIED\"", defaults, StringComparison.Ordinal);
        Assert.Contains("\"mString\":{}", defaults, StringComparison.Ordinal);
        Assert.Contains("\"cInt32\":0", defaults, StringComparison.Ordinal);
        Assert.DoesNotContain("fDish", defaults, StringComparison.Ordinal);
        Assert.DoesNotContain("oInt32", defaults, StringComparison.Ordinal);
        Assert.DoesNotContain("wTimestamp", defaults, StringComparison.Ordinal);

        // The careful way prints the same.
        byte[] disordered = [.. new Kitchen { FInt64 = 5 }.ToByteArray(), .. new Kitchen { FInt32 = 1 }.ToByteArray()];
        Assert.Equal(
            Plans.Print(new Kitchen { FInt32 = 1, FInt64 = 5 }, Plans.With(o => o with { EmitDefaults = true })),
            Plans.ToJson(Kitchen, disordered, Plans.With(o => o with { EmitDefaults = true })));
    }

    [Theory]
    [InlineData("f_dish", "8A 01 03 0A 01 61", """{"name":"a"}""")]
    [InlineData("f_dish", "8A 01 03 0A 01 61 18 01 8A 01 02 10 05", """{"name":"a","grams":5}""")]
    [InlineData("f_dish", "", """{}""")]
    [InlineData("f_int32", "18 05", "5")]
    [InlineData("f_int32", "", "0")]
    [InlineData("f_int64", "", "\"0\"")]
    [InlineData("f_string", "18 05", "\"\"")]
    [InlineData("f_colour", "", "\"COLOUR_UNSPECIFIED\"")]
    [InlineData("r_int32", "B0 01 01 18 07 B2 01 01 02", "[1,2]")]
    [InlineData("r_int32", "", "[]")]
    [InlineData("r_int32", "B2 01 00", "[]")]
    [InlineData("m_string", "", "{}")]
    [InlineData("w_timestamp", "", "null")]
    [InlineData("w_timestamp", "EA 03 00", "\"1970-01-01T00:00:00Z\"")]
    [InlineData("c_string", "A2 03 01 78 98 03 05", "\"\"")]
    public void OneField_IsPrintedAlone(string field, string hex, string expected)
    {
        var plan = Plans.Compiler.ProtobufToJsonField(Plans.Message(Kitchen).FindFieldByName(field));

        Assert.Equal(expected, Encoding.UTF8.GetString(Plans.Run(plan, Plans.Hex(hex))));
    }

    [Fact]
    public void Depth_IsBounded()
    {
        static byte[] Nested(int levels)
        {
            var dish = new Dish();
            for (var i = 1; i < levels; i++)
            {
                dish = new Dish { Side = dish };
            }

            return dish.ToByteArray();
        }

        Assert.NotEmpty(Plans.ToJson("tests.kitchen.Dish", Nested(100)));
        Assert.Throws<CallException>(() => Plans.ToJson("tests.kitchen.Dish", Nested(101)));
        var groups = Enumerable.Repeat((byte)0x1B, 50_000).ToArray();
        Assert.Throws<CallException>(() => Plans.ToJson("tests.modern.Modern", groups));
        Assert.Throws<CallException>(() => Plans.ToJson(Kitchen, Enumerable.Repeat(new byte[] { 0xFB, 0x07 }, 50_000).SelectMany(b => b).ToArray()));
    }

    [Fact]
    public void SplitMessagesWithinSplitMessages_DoNotMultiply()
    {
        // Every level is split in two; merging copies each level once, whatever its depth.
        var message = new Dish { Name = new string('x', 2000) }.ToByteArray();
        for (var i = 0; i < 90; i++)
        {
            using var buffer = new PayloadBuffer(int.MaxValue);
            var writer = new WireWriter(buffer);
            writer.WriteTag(4, WireType.Length);
            writer.WriteLengthDelimited(message);
            writer.WriteTag(4, WireType.Length);
            writer.WriteLengthDelimited([0x10, 0x05]);
            writer.Flush();
            message = buffer.WrittenSpan.ToArray();
        }

        var json = Plans.ToJson("tests.kitchen.Dish", message);

        Assert.Equal(90, json.Split("\"side\"").Length - 1);
        Assert.Equal(90, json.Split("\"grams\":5").Length - 1);
    }

    [Fact]
    public void ManyEntriesOfOneKey_AreOneEntry()
    {
        var entry = new Kitchen { MString = { ["a"] = "b" } }.ToByteArray();
        var last = new Kitchen { MString = { ["a"] = "last" } }.ToByteArray();
        byte[] wire = [.. Enumerable.Repeat(entry, 20_000).SelectMany(b => b), .. last];

        Assert.Equal("""{"mString":{"a":"last"}}""", Plans.ToJson(Kitchen, wire));
    }

    [Fact]
    public void GeneratedMessages_AreShownSoThatTheyComeBack()
    {
        var message = new Kitchen
        {
            WAny = Any.Pack(new Kitchen { WAny = Any.Pack(new Timestamp { Seconds = -5 }), FInt32 = 3 }),
            WStruct = Struct.Parser.ParseJson("""{"a":{"b":[1,2,{"c":null}]},"d":"e","f":1.25}"""),
            WMask = new FieldMask { Paths = { "a.b_c", "d" } },
            WDuration = new Duration { Nanos = -5 },
            WBytes = ByteString.CopyFrom(1, 2, 3),
            RWrapped = { 1, 2, 0 },
            RTimestamp = { new Timestamp(), new Timestamp { Seconds = 253402300799, Nanos = 999999999 } },
        };

        var json = Plans.Print(message);

        Assert.Equal(message, Plans.Parse<Kitchen>(json));
        Assert.Contains("""{"@type":"type.googleapis.com/tests.kitchen.Kitchen","fInt32":3,"wAny":{"@type":"type.googleapis.com/google.protobuf.Timestamp","value":"1969-12-31T23:59:55Z"}}""", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Conversions_AllocateNothing_EvenTheCarefulWay()
    {
        var wire = Plans.ToWire(Kitchen, Samples.Everything);
        byte[] doubled = [.. wire, .. wire];
        using var output = new PayloadBuffer(1024 * 1024);
        foreach (var input in new[] { wire, doubled })
        {
            var plan = new PayloadPlanCompiler(Plans.Catalog).ProtobufToJson(Plans.Message(Kitchen));
            Assert.Equal(0, Allocations.Of(() =>
            {
                output.Clear();
                plan.Convert(input, output);
            }));
        }
    }
}
