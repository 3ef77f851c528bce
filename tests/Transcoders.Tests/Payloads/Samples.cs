namespace Transcoders.Tests.Payloads;

internal static class Samples
{
    /// <summary>A Kitchen with nearly every field, as our printer writes it.</summary>
    public const string Everything = """{"fDouble":1.5,"fFloat":0.25,"fInt32":-7,"fInt64":"-9007199254740993","fUint32":7,"fUint64":"18446744073709551615","fSint32":-1,"fSint64":"-2","fFixed32":3,"fFixed64":"4","fSfixed32":-5,"fSfixed64":"-6","fBool":true,"fString":"hällo \"x\"","fBytes":"AQID","fColour":"RED","fDish":{"name":"soup","tags":["a","b"],"side":{"grams":5}},"rDouble":[1,"NaN",-0,1E+30,3.141592653589793],"rInt32":[1,2,300],"rUnpacked":[1,2],"rString":["","x"],"rBytes":["","AQ=="],"rColour":["RED","BLUE",9],"rDish":[{},{"name":"x"}],"rBool":[true,false],"mString":{"a":"b","c":"d"},"mInt32":{"-1":"1"},"mBool":{"false":{},"true":{"grams":1}},"mColour":{"x":"BLUE"},"oInt32":0,"cNull":null,"wTimestamp":"2024-02-29T12:00:00.500Z","wDuration":"-1.500s","wMask":"fooBar,a.b","wStruct":{"a":[1,null,"x",{"b":true}],"n":-0.5},"wValue":null,"wList":[[],{}],"wAny":{"@type":"type.googleapis.com/tests.kitchen.Dish","name":"any"},"wEmpty":{},"wBool":false,"wInt64":"5","wFloat":"NaN","wString":"","rAny":[{"@type":"type.googleapis.com/google.protobuf.Duration","value":"3s"},{}],"@fancy":3,"farAway":1}""";
}

internal static class Allocations
{
    /// <summary>Bytes that a call of something allocates on this thread once it is warm.</summary>
    public static long Of(Action action)
    {
        // Pools fill and the runtime compiles anew now and then, on our thread: work that allocates does so in every round.
        var least = long.MaxValue;
        for (var round = 0; round < 20 && least != 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 50; i++)
            {
                action();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return (least + 49) / 50;
    }
}
