using Transcoders.Tests.Protos;
namespace Transcoders.Tests.Payloads;
public sealed class SmokeTests
{
    [Fact]
    public void RoundTrip()
    {
        var json = """{"fDouble":1.5,"fInt32":-7,"fInt64":"-9007199254740993","fBool":true,"fString":"hällo \"x\"","fBytes":"AQID","fColour":"RED","fDish":{"name":"soup","tags":["a","b"],"side":{"grams":5}},"rDouble":[1,"NaN",-0,1E+30],"rInt32":[1,2,300],"rUnpacked":[1,2],"rDish":[{},{"name":"x"}],"mString":{"a":"b","c":"d"},"mBool":{"false":{},"true":{"grams":1}},"oInt32":0,"cNull":null,"wTimestamp":"2024-02-29T12:00:00.500Z","wDuration":"-1.500s","wMask":"fooBar,a.b","wStruct":{"a":[1,null,"x",{"b":true}]},"wValue":null,"wAny":{"@type":"type.googleapis.com/tests.kitchen.Dish","name":"any"},"wEmpty":{},"wInt64":"5","wString":"","rAny":[{"@type":"type.googleapis.com/google.protobuf.Duration","value":"3s"},{}],"@fancy":3,"farAway":1}""";
        var wire = Plans.ToWire("tests.kitchen.Kitchen", json);
        Kitchen.Parser.ParseFrom(wire);
        Assert.Equal(json, Plans.ToJson("tests.kitchen.Kitchen", wire));
    }
}
