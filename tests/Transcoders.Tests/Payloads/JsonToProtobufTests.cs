using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Rpc;
using Transcoders.Calls;
using Transcoders.Payloads;
using Transcoders.Tests.Protos;

namespace Transcoders.Tests.Payloads;

public sealed class JsonToProtobufTests
{
    private const string Kitchen = "tests.kitchen.Kitchen";
    private const string Old = "tests.legacy.Old";

    /// <summary>JSON that is accepted, and the protobuf text-like JSON of what it means, as our printer shows it.</summary>
    [Theory]
    [InlineData("""{}""", """{}""")]
    [InlineData(" \t\r\n{ } \n", """{}""")]
    [InlineData("""{"fInt32":"12"}""", """{"fInt32":12}""")]
    [InlineData("""{"fInt32":1.0}""", """{"fInt32":1}""")]
    [InlineData("""{"fInt32":1e3}""", """{"fInt32":1000}""")]
    [InlineData("""{"fInt32":"1.50e1"}""", """{"fInt32":15}""")]
    [InlineData("""{"fInt32":100000e-5}""", """{"fInt32":1}""")]
    [InlineData("""{"fInt32":-2147483648}""", """{"fInt32":-2147483648}""")]
    [InlineData("""{"fInt32":2147483647}""", """{"fInt32":2147483647}""")]
    [InlineData("""{"fInt32":-0}""", """{}""")]
    [InlineData("""{"fInt32":0e99999999999}""", """{}""")]
    [InlineData("""{"fInt32":"\u0031\u0032"}""", """{"fInt32":12}""")]
    [InlineData("""{"fInt64":9223372036854775807}""", """{"fInt64":"9223372036854775807"}""")]
    [InlineData("""{"fInt64":"-9223372036854775808"}""", """{"fInt64":"-9223372036854775808"}""")]
    [InlineData("""{"fInt64":922337203685477580.7e1}""", """{"fInt64":"9223372036854775807"}""")]
    [InlineData("""{"fUint64":18446744073709551615}""", """{"fUint64":"18446744073709551615"}""")]
    [InlineData("""{"fUint32":4294967295}""", """{"fUint32":4294967295}""")]
    [InlineData("""{"fSint32":-1,"fSint64":-1,"fSfixed32":-1,"fSfixed64":-1}""", """{"fSint32":-1,"fSint64":"-1","fSfixed32":-1,"fSfixed64":"-1"}""")]
    [InlineData("""{"fSint32":-2147483648,"fSint64":"-9223372036854775808"}""", """{"fSint32":-2147483648,"fSint64":"-9223372036854775808"}""")]
    [InlineData("""{"fFixed32":4294967295,"fFixed64":18446744073709551615}""", """{"fFixed32":4294967295,"fFixed64":"18446744073709551615"}""")]
    [InlineData("""{"fDouble":"NaN","fFloat":"-Infinity"}""", """{"fDouble":"NaN","fFloat":"-Infinity"}""")]
    [InlineData("""{"fDouble":"1.5e3"}""", """{"fDouble":1500}""")]
    [InlineData("""{"fDouble":-0.0}""", """{"fDouble":-0}""")]
    [InlineData("""{"fDouble":1.7976931348623157e308}""", """{"fDouble":1.7976931348623157E+308}""")]
    [InlineData("""{"fDouble":5e-324}""", """{"fDouble":5E-324}""")]
    [InlineData("""{"fDouble":0.1}""", """{"fDouble":0.1}""")]
    [InlineData("""{"fDouble":-123456.789}""", """{"fDouble":-123456.789}""")]
    [InlineData("""{"fDouble":123456789012345678}""", """{"fDouble":1.2345678901234568E+17}""")]
    [InlineData("""{"fFloat":3.402823e38}""", """{"fFloat":3.402823E+38}""")]
    [InlineData("""{"fFloat":0.1}""", """{"fFloat":0.1}""")]
    [InlineData("""{"fBool":true}""", """{"fBool":true}""")]
    [InlineData("""{"fString":"\u00e9\ud83d\ude00\n\/\b"}""", """{"fString":"é😀\n/\b"}""")]
    [InlineData("""{"fBytes":"-_8"}""", """{"fBytes":"+/8="}""")]
    [InlineData("""{"fBytes":"-_"}""", """{"fBytes":"+w=="}""")]
    [InlineData("""{"fBytes":"AQIDBA=="}""", """{"fBytes":"AQIDBA=="}""")]
    [InlineData("""{"fBytes":"AQID_w\u003d\u003d"}""", """{"fBytes":"AQID/w=="}""")]
    [InlineData("""{"fColour":"CRIMSON"}""", """{"fColour":"RED"}""")]
    [InlineData("""{"fColour":2}""", """{"fColour":"BLUE"}""")]
    [InlineData("""{"fColour":77}""", """{"fColour":77}""")]
    [InlineData("""{"fColour":"NEGATIVE"}""", """{"fColour":"NEGATIVE"}""")]
    [InlineData("""{"fColour":"\u0052ED"}""", """{"fColour":"RED"}""")]
    [InlineData("""{"f_int32":1}""", """{"fInt32":1}""")]
    [InlineData("""{"\u0066Int32":1}""", """{"fInt32":1}""")]
    [InlineData("""{"fDish":null,"rDish":null,"fInt32":null}""", """{}""")]
    [InlineData("""{"mString":null}""", """{}""")]
    [InlineData("""{"fDish":{}}""", """{"fDish":{}}""")]
    [InlineData("""{"rInt32":[]}""", """{}""")]
    [InlineData("""{"rInt32":["1",2.0,3e0]}""", """{"rInt32":[1,2,3]}""")]
    [InlineData("""{"rBool":[true,false],"rColour":["RED",0],"rBytes":["","AQ"]}""", """{"rBytes":["","AQ=="],"rColour":["RED","COLOUR_UNSPECIFIED"],"rBool":[true,false]}""")]
    [InlineData("""{"mInt32":{"-1":"5","0":0}}""", """{"mInt32":{"-1":"5","0":"0"}}""")]
    [InlineData("""{"mBool":{"true":{},"false":{"grams":1}}}""", """{"mBool":{"true":{},"false":{"grams":1}}}""")]
    [InlineData("""{"mBool":{"tr\u0075e":{},"f\u0061lse":{"grams":1}}}""", """{"mBool":{"true":{},"false":{"grams":1}}}""")]
    [InlineData("""{"mInt32":{"\u0031":"\u0032"}}""", """{"mInt32":{"1":"2"}}""")]
    [InlineData("""{"wAny":{"n\u0061me":"x","\u0040type":"type.googleapis.com/tests.kitchen.Dish"}}""", """{"wAny":{"@type":"type.googleapis.com/tests.kitchen.Dish","name":"x"}}""")]
    [InlineData("""{"wAny":{"\u0040type":"type.googleapis.com/google.protobuf.Duration","v\u0061lue":"3s"}}""", """{"wAny":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"3s"}}""")]
    [InlineData("""{"wMask":"foo\u0042ar\u002ca.b"}""", """{"wMask":"fooBar,a.b"}""")]
    [InlineData("""{"mString":{"":"","a\u0062":"x"}}""", """{"mString":{"":"","ab":"x"}}""")]
    [InlineData("""{"mSint64":{"-5":"AQ=="},"mFixed32":{"7":1.5},"mUint64":{"18446744073709551615":{}},"mSfixed64":{"-9":true}}""", """{"mSint64":{"-5":"AQ=="},"mFixed32":{"7":1.5},"mUint64":{"18446744073709551615":{}},"mSfixed64":{"-9":true}}""")]
    [InlineData("""{"oInt32":0,"oString":"","oBool":false,"oColour":0}""", """{"oInt32":0,"oString":"","oColour":"COLOUR_UNSPECIFIED","oBool":false}""")]
    [InlineData("""{"cInt32":0}""", """{"cInt32":0}""")]
    [InlineData("""{"cInt32":null,"cString":"x"}""", """{"cString":"x"}""")]
    [InlineData("""{"cString":"x","cInt32":null}""", """{"cString":"x"}""")]
    [InlineData("""{"cNull":null}""", """{"cNull":null}""")]
    [InlineData("""{"cNull":"NULL_VALUE"}""", """{"cNull":null}""")]
    [InlineData("""{"cValue":null}""", """{"cValue":null}""")]
    [InlineData("""{"wNull":null}""", """{}""")]
    [InlineData("""{"rValue":[null,1,"x",[],{}]}""", """{"rValue":[null,1,"x",[],{}]}""")]
    [InlineData("""{"mValue":{"a":null}}""", """{"mValue":{"a":null}}""")]
    [InlineData("""{"@fancy":1,"OddName":2,"farAway":3}""", """{"@fancy":1,"OddName":2,"farAway":3}""")]
    [InlineData("""{"renamed":1,"_odd__name_":2,"far_away":3}""", """{"@fancy":1,"OddName":2,"farAway":3}""")]
    public void Accepted(string json, string expected)
    {
        var wire = Plans.ToWire(Kitchen, json);

        // Generated code can read it, and writes it the same but for order and what is default.
        var parsed = Transcoders.Tests.Protos.Kitchen.Parser.ParseFrom(wire);
        Assert.Equal(expected, Plans.ToJson(Kitchen, wire));
        Assert.Equal(parsed, Transcoders.Tests.Protos.Kitchen.Parser.ParseFrom(Plans.ToWire(Kitchen, expected)));
    }

    [Theory]
    [InlineData("""{"fInt32":1.5}""", "fInt32", "'1.5' is not a 64-bit integer")]
    [InlineData("""{"fInt32":""}""", "fInt32", "is not a 64-bit integer")]
    [InlineData("""{"fInt32":" 1"}""", "fInt32", "is not")]
    [InlineData("""{"fInt32":"1 "}""", "fInt32", "is not")]
    [InlineData("""{"fInt32":"01"}""", "fInt32", "is not")]
    [InlineData("""{"fInt32":"+1"}""", "fInt32", "is not")]
    [InlineData("""{"fInt32":"0x1"}""", "fInt32", "is not")]
    [InlineData("""{"fInt32":2147483648}""", "fInt32", "out of range")]
    [InlineData("""{"fInt32":-2147483649}""", "fInt32", "out of range")]
    [InlineData("""{"fInt32":1e99999}""", "fInt32", "is not")]
    [InlineData("""{"fInt32":true}""", "fInt32", "expected a number, found a boolean")]
    [InlineData("""{"fInt32":[1]}""", "fInt32", "expected a number, found an array")]
    [InlineData("""{"fUint32":-1}""", "fUint32", "out of range")]
    [InlineData("""{"fUint64":-1}""", "fUint64", "out of range")]
    [InlineData("""{"fUint64":18446744073709551616}""", "fUint64", "is not")]
    [InlineData("""{"fInt64":9223372036854775808}""", "fInt64", "is not")]
    [InlineData("""{"fDouble":1e309}""", "fDouble", "is not a double")]
    [InlineData("""{"fDouble":"inf"}""", "fDouble", "is not a double")]
    [InlineData("""{"fDouble":""}""", "fDouble", "is not a double")]
    [InlineData("""{"fFloat":3.502823e38}""", "fFloat", "is not a float")]
    [InlineData("""{"fFloat":-3.502823e38}""", "fFloat", "is not a float")]
    [InlineData("""{"fBool":"true"}""", "fBool", "expected true or false, found a string")]
    [InlineData("""{"fBool":1}""", "fBool", "expected true or false")]
    [InlineData("""{"fString":1}""", "fString", "expected a string, found a number")]
    [InlineData("""{"fBytes":"AB*="}""", "fBytes", "not base64")]
    [InlineData("""{"fBytes":"A"}""", "fBytes", "not base64")]
    [InlineData("""{"fBytes":"AQ="}""", "fBytes", "not base64")]
    [InlineData("""{"fBytes":"AQ ID"}""", "fBytes", "not base64")]
    [InlineData("""{"fBytes":"AQI D-_8"}""", "fBytes", "not base64")]
    [InlineData("""{"fColour":"GREEN"}""", "fColour", "'GREEN' is no value of tests.kitchen.Colour")]
    [InlineData("""{"fColour":"red"}""", "fColour", "'red' is no value")]
    [InlineData("""{"fColour":{}}""", "fColour", "expected the name of an enum value")]
    [InlineData("""{"fDish":[]}""", "fDish", "expected an object, found an array")]
    [InlineData("""{"rInt32":1}""", "rInt32", "expected an array")]
    [InlineData("""{"rInt32":[1,null]}""", "rInt32[1]", "cannot hold null")]
    [InlineData("""{"rDish":[{},{"tags":["a",3]}]}""", "rDish[1].tags[1]", "expected a string")]
    [InlineData("""{"fDish":{"side":{"grams":"x"}}}""", "fDish.side.grams", "'x' is not a 64-bit integer")]
    [InlineData("""{"mString":{"a b":1}}""", "mString[\"a b\"]", "expected a string")]
    [InlineData("""{"mString":{"a":null}}""", "mString.a", "cannot be null")]
    [InlineData("""{"mString":{"a":"","\u0061":""}}""", "mString[\"\\\\u0061\"]", "given twice")]
    [InlineData("""{"mInt32":{"x":1}}""", "mInt32", "'x' is not")]
    [InlineData("""{"mInt32":{"0":1,"-0":1}}""", "mInt32[\"-0\"]", "given twice")]
    [InlineData("""{"mBool":{"True":{}}}""", "mBool", "must be \"true\" or \"false\"")]
    [InlineData("""{"fInt32":1,"fInt32":2}""", "fInt32", "given twice")]
    [InlineData("""{"fInt32":1,"f_int32":2}""", "f_int32", "given twice")]
    [InlineData("""{"fInt32":null,"fInt32":2}""", "fInt32", "given twice")]
    [InlineData("""{"cInt32":1,"cString":"x"}""", "cString", "another member of the oneof 'choice'")]
    [InlineData("""{"cNull":null,"cString":"x"}""", "cString", "another member of the oneof 'choice'")]
    [InlineData("""{"fDish":{"bogus":1}}""", "fDish.bogus", "tests.kitchen.Dish has no such field")]
    [InlineData("""{"wTimestamp":"2024-02-30T00:00:00Z"}""", "wTimestamp", "not an RFC 3339 timestamp")]
    [InlineData("""{"wDuration":"1"}""", "wDuration", "is not a duration")]
    [InlineData("""{"wMask":"foo_bar"}""", "wMask", "not a field mask")]
    [InlineData("""{"wValue":1e999}""", "wValue", "is not a double")]
    [InlineData("""{"wStruct":{"a":1,"a":2}}""", "wStruct.a", "given twice")]
    [InlineData("""{"wAny":{"name":"x"}}""", "wAny.name", "needs \"@type\"")]
    [InlineData("""{"wAny":{"@type":"type.googleapis.com/no.Such"}}""", "wAny[\"@type\"]", "is not known")]
    [InlineData("""{"wAny":{"@type":"tests.kitchen.Dish"}}""", "wAny[\"@type\"]", "is no type URL")]
    [InlineData("""{"wAny":{"@type":"type.googleapis.com/tests.kitchen.Dish","@type":"type.googleapis.com/tests.kitchen.Dish"}}""", "wAny[\"@type\"]", "no such field")]
    [InlineData("""{"wAny":{"@type":"type.googleapis.com/google.protobuf.Duration","seconds":1}}""", "wAny.seconds", "holds \"@type\" and \"value\"")]
    [InlineData("""{"wAny":{"@type":"type.googleapis.com/google.protobuf.Duration"}}""", "wAny[\"@type\"]", "needs a \"value\"")]
    [InlineData("""[]""", "", "expected an object, found an array")]
    [InlineData("""null""", "", "expected an object, found null")]
    public void Refused_NamingTheField(string json, string path, string reason)
    {
        var e = Assert.Throws<CallException>(() => Plans.ToWire(Kitchen, json));

        Assert.Equal(StatusCode.InvalidArgument, e.Status.Code);
        Assert.StartsWith(path.Length == 0 ? "" : path + ": ", e.Status.Message, StringComparison.Ordinal);
        Assert.Contains(reason, e.Status.Message, StringComparison.Ordinal);
        var details = Google.Rpc.Status.Parser.ParseFrom(e.Status.Details.Span);
        Assert.Equal((int)StatusCode.InvalidArgument, details.Code);
        var violation = Assert.Single(details.Details[0].Unpack<BadRequest>().FieldViolations);
        Assert.Equal(path, violation.Field);
        Assert.Contains(reason, violation.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "line 1, byte 1")]
    [InlineData("{", "line 1, byte 2")]
    [InlineData("{\n  \"fInt32\": 1,\n}", "line 3, byte 1")]
    [InlineData("{\"fInt32\":1,}", "line 1, byte 13")]
    [InlineData("{\"fInt32\" 1}", "line 1, byte 11")]
    [InlineData("{\"fInt32\":1 2}", "line 1, byte 13")]
    [InlineData("{\"fInt32\":01}", "malformed")]
    [InlineData("{\"fInt32\":1.}", "malformed")]
    [InlineData("{\"fInt32\":.5}", "malformed")]
    [InlineData("{\"fInt32\":+1}", "malformed")]
    [InlineData("{\"fInt32\":1e}", "malformed")]
    [InlineData("{\"fInt32\":NaN}", "malformed")]
    [InlineData("{'fInt32':1}", "malformed")]
    [InlineData("{fInt32:1}", "malformed")]
    [InlineData("{\"fInt32\":1}x", "unexpected data")]
    [InlineData("{}{}", "unexpected data")]
    [InlineData("{}\0", "unexpected data")]
    [InlineData("/**/{}", "malformed")]
    [InlineData("{\"rInt32\":[1,]}", "malformed")]
    [InlineData("{\"rInt32\":[1 2]}", "expected ',' or ']'")]
    [InlineData("{\"rInt32\":[1", "malformed")]
    [InlineData("{\"fString\":\"a", "inside a string")]
    [InlineData("{\"fString\":\"a\nb\"}", "control character")]
    [InlineData("{\"fString\":\"\\x\"}", "escape")]
    [InlineData("{\"fString\":\"\\", "inside a string")]
    [InlineData("{\"fString\":\"\\u12g4\"}", "escape")]
    [InlineData("{\"fString\":\"\\ud83d\"}", "half of a surrogate pair")]
    [InlineData("{\"fString\":\"\\ude00\\ud83d\"}", "half of a surrogate pair")]
    [InlineData("{\"fString\":\"\\ud83d\\u0041\"}", "half of a surrogate pair")]
    [InlineData("{\"fBool\":tru}", "malformed")]
    [InlineData("{\"fBool\":truex}", "malformed")]
    [InlineData("{\"fDish\":nul}", "malformed")]
    [InlineData("\ufeff{}", "malformed")]
    public void MalformedJson_IsRefusedNamingThePlace(string json, string expected)
    {
        var e = Assert.Throws<CallException>(() => Plans.ToWire(Kitchen, json));

        Assert.Equal(StatusCode.InvalidArgument, e.Status.Code);
        Assert.Contains("malformed JSON at line", e.Status.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("C0 80")]
    [InlineData("FF")]
    [InlineData("ED A0 80")]
    [InlineData("E2 82")]
    public void InvalidUtf8_IsRefused(string hex)
    {
        byte[] json = [.. "{\"fString\":\""u8, .. Plans.Hex(hex), .. "\"}"u8];

        var e = Assert.Throws<CallException>(() => Plans.Run(Plans.Compiler.JsonToProtobuf(Plans.Message(Kitchen)), json));

        Assert.Contains("UTF-8", e.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_IsBounded()
    {
        static string Nested(int levels) => string.Concat(Enumerable.Repeat("{\"side\":", levels - 1)) + "{}" + new string('}', levels - 1);
        static string List(int levels) => "{\"wValue\":" + new string('[', levels) + new string(']', levels) + "}";

        Assert.NotEmpty(Plans.ToWire("tests.kitchen.Dish", Nested(100)));
        Assert.Throws<CallException>(() => Plans.ToWire("tests.kitchen.Dish", Nested(101)));
        Assert.NotEmpty(Plans.ToWire(Kitchen, List(99)));
        var e = Assert.Throws<CallException>(() => Plans.ToWire(Kitchen, List(100)));
        Assert.Contains("nested deeper than 100 levels", e.Status.Message, StringComparison.Ordinal);
        Assert.NotEmpty(Plans.ToWire(Kitchen, "{\"fDish\":" + Nested(99) + "}"));
        Assert.NotEmpty(Plans.ToWire(Kitchen, "{\"rDish\":[" + Nested(99) + "]}"));
        var ignoring = Plans.With(o => o with { UnknownFields = UnknownFieldHandling.Ignore });
        Assert.Throws<CallException>(() => Plans.ToWire(Kitchen, "{\"x\":" + new string('[', 100_000), ignoring));
    }

    [Fact]
    public void UnknownFields_CanBeIgnored_ButMustBeJson()
    {
        var compiler = Plans.With(o => o with { UnknownFields = UnknownFieldHandling.Ignore });

        Assert.Equal("""{"fInt32":1,"rColour":["RED"],"mColour":{"b":"BLUE"}}""", Plans.Print(Plans.Parse<Kitchen>(
            """{"x":{"y":[1,"a\n",true,null,-1.5e3]},"fInt32":1,"fColour":"GREEN","rColour":["GREEN","RED"],"mColour":{"a":"GREEN","b":"BLUE"},"x":2}""", compiler)));
        Assert.Throws<CallException>(() => Plans.ToWire(Kitchen, """{"x":"\q"}""", compiler));
        Assert.Throws<CallException>(() => Plans.ToWire(Kitchen, """{"x":[1,]}""", compiler));
    }

    [Fact]
    public void UnknownFields_CanBeIgnored_WithoutUnknownNamesOfEnums()
    {
        var compiler = Plans.With(o => o with { UnknownFields = UnknownFieldHandling.IgnoreFields });

        Assert.Equal("""{"fInt32":1}""", Plans.Print(Plans.Parse<Kitchen>("""{"x":{"y":[1]},"fInt32":1}""", compiler)));
        var e = Assert.Throws<CallException>(() => Plans.ToWire(Kitchen, """{"fColour":"GREEN"}""", compiler));
        Assert.Contains("fColour", e.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EnumNames_CanBeAcceptedInAnyCase()
    {
        var compiler = Plans.With(o => o with { CaseInsensitiveEnums = true });

        Assert.Equal(Colour.Blue, Plans.Parse<Kitchen>("""{"fColour":"bLuE"}""", compiler).FColour);
    }

    [Fact]
    public void Proto2_GroupsExtensionsDefaultsAndClosedEnums()
    {
        var old = Plans.Parse<Old>("""
            {"id":"","count":0,"closed":"SECOND","closeds":[3,"SECOND"],"packedCloseds":["FIRST"],"data":{"number":5,"inner":[{"text":"a"},{}]},
             "[tests.legacy.ext_number]":7,"[tests.legacy.ext_texts]":["x","y"],"[tests.legacy.Scope.ext_old]":{"id":"in"}}
            """);

        Assert.True(old.HasId);
        Assert.True(old.HasCount);
        Assert.Equal(0, old.Count);
        Assert.Equal(5, old.Data.Number);
        Assert.Equal(2, old.Data.Inner.Count);
        Assert.Equal("a", old.Data.Inner[0].Text);
        Assert.Equal(7, old.GetExtension(LegacyExtensions.ExtNumber));
        Assert.Equal(["x", "y"], old.GetExtension(LegacyExtensions.ExtTexts));
        Assert.Equal("in", old.GetExtension(Scope.Extensions.ExtOld).Id);
        Assert.Throws<CallException>(() => Plans.ToWire(Old, """{"closed":9}"""));
    }

    [Fact]
    public void Editions_FollowTheirFeatures()
    {
        const string Json = """{"present":0,"delimited":{"plain":1,"delimited":{}},"packed":[1,2],"expanded":[1,2],"open":5,"strict":"","list":[{},{"present":1}]}""";

        var modern = Plans.Parse<Modern>(Json);

        Assert.True(modern.HasPresent);
        Assert.Equal(1, modern.Delimited.Plain);
        Assert.Equal(Json, Plans.Print(modern));
        Assert.Equal(Json, Plans.ToJson("tests.modern.Modern", Plans.ToWire("tests.modern.Modern", Json)));
        Assert.Equal("{}", Plans.Print(Plans.Parse<Modern>("""{"plain":0}""")));
        Assert.Throws<CallException>(() => Plans.ToWire("tests.modern.Modern", """{"shut":5}"""));
    }

    [Fact]
    public void OneField_BecomesItsEnclosingMessage()
    {
        var kitchen = Plans.Message(Kitchen);
        var dish = Plans.Compiler.JsonToProtobufField(kitchen.FindFieldByName("f_dish"));
        var numbers = Plans.Compiler.JsonToProtobufField(kitchen.FindFieldByName("r_int32"));

        Assert.Equal("""{"fDish":{"name":"x"}}""", Plans.ToJson(Kitchen, Plans.Run(dish, """ {"name":"x"} """u8)));
        Assert.Equal("""{"rInt32":[1,2]}""", Plans.ToJson(Kitchen, Plans.Run(numbers, "[1,2]"u8)));
        Assert.Empty(Plans.Run(dish, "null"u8));
        var e = Assert.Throws<CallException>(() => Plans.Run(dish, """{"side":{"grams":true}}"""u8));
        Assert.StartsWith("fDish.side.grams: ", e.Status.Message, StringComparison.Ordinal);
        Assert.Throws<CallException>(() => Plans.Run(numbers, "[1] 2"u8));
    }

    [Fact]
    public void LongStringsAndMessages_GetLongLengths()
    {
        foreach (var length in new[] { 0, 1, 15, 16, 17, 127, 128, 129, 16_383, 16_384, 300_000 })
        {
            var text = new string('x', length);
            Assert.Equal(text, Plans.Parse<Kitchen>("{\"fDish\":{\"side\":{\"name\":\"" + text + "\"}}}").FDish.Side.Name);
            Assert.Equal(text + "\n", Plans.Parse<Kitchen>("{\"fDish\":{\"side\":{\"name\":\"" + text + "\\n\"}}}").FDish.Side.Name);
            var bytes = new byte[length];
            Assert.Equal(bytes, Plans.Parse<Kitchen>($$"""{"fBytes":"{{Convert.ToBase64String(bytes)}}"}""").FBytes.ToByteArray());
        }
    }

    /// <summary>Text is read and written sixteen bytes at a time: an escape may stand anywhere in them.</summary>
    [Theory]
    [InlineData("\"")]
    [InlineData("\\")]
    [InlineData("\n\t")]
    [InlineData("\u0001")]
    [InlineData("\\\"\\")]
    [InlineData("é\"")]
    [InlineData("\ud83d\ude00\\")]
    public void Escapes_AreFoundWhereverTheyStand(string special)
    {
        for (var before = 0; before < 36; before++)
        {
            foreach (var after in (int[])[0, 1, 14, 15, 16, 17, 33])
            {
                var text = new string('x', before) + special + new string('y', after) + special;
                var json = $$"""{"name":{{System.Text.Json.JsonSerializer.Serialize(text)}}}""";

                var dish = Plans.Parse<Dish>(json);

                Assert.Equal(text, dish.Name);
                Assert.Equal(text, System.Text.Json.JsonDocument.Parse(Plans.Print(dish)).RootElement.GetProperty("name").GetString());
            }
        }
    }

    [Fact]
    public void Integers_OfEveryLengthAreRead()
    {
        for (var length = 1; length <= 18; length++)
        {
            foreach (var digits in new[] { "123456789012345678"[..length], "9" + new string('0', length - 1), new string('9', length) })
            {
                var number = long.Parse(digits, CultureInfo.InvariantCulture);
                Assert.Equal(number, Plans.Parse<Kitchen>($$"""{"fInt64":{{digits}}}""").FInt64);
                Assert.Equal(-number, Plans.Parse<Kitchen>($$"""{"fInt64":"-{{digits}}","fString":"behind"}""").FInt64);
                Assert.Throws<CallException>(() => Plans.Parse<Kitchen>($$"""{"fInt64":"{{digits}}x"}"""));
                Assert.Throws<CallException>(() => Plans.Parse<Kitchen>($$"""{"fInt64":"{{digits}}\u00e9345678"}"""));
                Assert.Throws<CallException>(() => Plans.Parse<Kitchen>($$"""{"fInt64":0{{digits}}}"""));
            }
        }
    }

    [Fact]
    public void ManyMapKeys_AreTold_Apart()
    {
        var json = "{\"mString\":{" + string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"k{i}\":\"v\"")) + "}}";

        Assert.Equal(5000, Plans.Parse<Kitchen>(json).MString.Count);
        var e = Assert.Throws<CallException>(() => Plans.ToWire(Kitchen, json.Replace("\"k4999\"", "\"k17\"", StringComparison.Ordinal)));
        Assert.StartsWith("mString.k17: the key is given twice", e.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_AreBounded()
    {
        var plan = Plans.With(o => o with { MaxSize = 10 }).JsonToProtobuf(Plans.Message(Kitchen));
        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<CallException>(() => Plans.Run(plan, "{\"fInt32\":1}"u8)).Status.Code);

        var json = Encoding.UTF8.GetBytes($$"""{"fString":"{{new string('x', 2000)}}"}""");
        var e = Assert.Throws<CallException>(() => Plans.Run(Plans.Compiler.JsonToProtobuf(Plans.Message(Kitchen)), json, limit: 1000));
        Assert.Equal(StatusCode.ResourceExhausted, e.Status.Code);
    }

    [Fact]
    public void MembersOfAnyOrder_FindTheirFields()
    {
        var random = new Random(7);
        var all = """{"fDouble":1.5,"fInt32":-7,"fBool":true,"fString":"s","fDish":{"name":"soup"},"rInt32":[1,2,300],"mString":{"a":"b"},"oInt32":0,"farAway":1}""";
        var parts = new[] { "\"fDouble\":1.5", "\"fInt32\":-7", "\"fBool\":true", "\"fString\":\"s\"", "\"fDish\":{\"name\":\"soup\"}", "\"rInt32\":[1,2,300]", "\"mString\":{\"a\":\"b\"}", "\"oInt32\":0", "\"farAway\":1" };
        for (var i = 0; i < 50; i++)
        {
            random.Shuffle(parts);
            Assert.Equal(all, Plans.ToJson(Kitchen, Plans.ToWire(Kitchen, "{" + string.Join(" ,\n", parts) + "}")));
        }
    }

    [Fact]
    public void Conversions_AllocateNothing()
    {
        var json = Encoding.UTF8.GetBytes(Samples.Everything);
        var plan = Plans.Compiler.JsonToProtobuf(Plans.Message(Kitchen));
        using var output = new PayloadBuffer(1024 * 1024);

        Assert.Equal(0, Allocations.Of(() =>
        {
            output.Clear();
            plan.Convert(json, output);
        }));
    }
}
