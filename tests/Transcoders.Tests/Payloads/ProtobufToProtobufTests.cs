using Google.Protobuf;
using Transcoders.Calls;
using Transcoders.Tests.Protos;

namespace Transcoders.Tests.Payloads;

public sealed class ProtobufToProtobufTests
{
    private const string Kitchen = "tests.kitchen.Kitchen";
    private const string Old = "tests.legacy.Old";
    private const string Modern = "tests.modern.Modern";

    [Fact]
    public void WhatAnEncoderSends_IsTheSameMessageAfterwards_AndThenStaysAsItIs()
    {
        var kitchen = Plans.Parse<Kitchen>(Samples.Everything);

        var normal = Normal(Kitchen, kitchen.ToByteArray());

        Assert.Equal(kitchen, Protos.Kitchen.Parser.ParseFrom(normal));
        Assert.Equal(normal, Normal(Kitchen, normal));
        Assert.Empty(Normal(Kitchen, []));
    }

    [Theory]
    [InlineData("18 01 18 02", "18 02")] // the last of scalars
    [InlineData("18 01 18 00", "")] // no presence: the default is nothing
    [InlineData("C8 02 00", "C8 02 00")] // with presence it is something
    [InlineData("68 01 18 01", "18 01 68 01")] // by number
    [InlineData("18 81 80 00", "18 01")] // shortest form
    [InlineData("18 FF FF FF FF 0F", "18 FF FF FF FF FF FF FF FF FF 01")] // 32 bits, sign extended
    [InlineData("28 FF FF FF FF FF FF FF FF FF 01", "28 FF FF FF FF 0F")] // uint32 holds no more
    [InlineData("38 81 80 80 80 10", "38 01")] // nor does sint32
    [InlineData("68 80 01", "68 01")]
    [InlineData("4D 00 00 00 00", "")]
    [InlineData("0D 00 00 80 3F", "0D 00 00 80 3F")] // a float's wire type for a double: unknown, kept
    [InlineData("8A 01 03 0A 01 61 8A 01 02 10 05", "8A 01 05 0A 01 61 10 05")] // split messages merge
    [InlineData("8A 01 05 22 03 0A 01 61 8A 01 04 22 02 10 05", "8A 01 07 22 05 0A 01 61 10 05")]
    [InlineData("8A 01 00 8A 01 00", "8A 01 00")]
    [InlineData("B0 01 01 18 07 B2 01 02 02 03", "18 07 B2 01 03 01 02 03")] // packed, gathered
    [InlineData("B2 01 00", "")]
    [InlineData("BA 01 02 01 02", "B8 01 01 B8 01 02")] // unpacked
    [InlineData("DA 01 02 0A 00 18 07 DA 01 02 10 02", "18 07 DA 01 00 DA 01 02 10 02")]
    [InlineData("FA 01 06 12 01 62 0A 01 61", "FA 01 06 0A 01 61 12 01 62")] // key before value
    [InlineData("FA 01 00", "FA 01 04 0A 00 12 00")] // both are written
    [InlineData("A2 02 02 08 01", "A2 02 0E 0D 00 00 00 00 11 00 00 00 00 00 00 00 00")]
    [InlineData("FA 01 06 0A 01 61 12 01 62 FA 01 06 0A 01 63 12 01 64 FA 01 06 0A 01 61 12 01 65", "FA 01 06 0A 01 63 12 01 64 FA 01 06 0A 01 61 12 01 65")]
    [InlineData("8A 02 09 12 03 0A 01 61 12 02 10 05", "8A 02 09 08 00 12 05 0A 01 61 10 05")] // a split value
    [InlineData("98 03 05 A2 03 01 78", "A2 03 01 78")] // the last of a oneof
    [InlineData("AA 03 03 0A 01 61 98 03 05 AA 03 02 10 05", "AA 03 02 10 05")]
    [InlineData("FA 07 01 61 18 05 F8 07 01", "18 05 FA 07 01 61 F8 07 01")] // unknown fields last, as they came
    [InlineData("FB 07 08 01 FC 07", "FB 07 08 01 FC 07")]
    [InlineData("8A 01 06 F8 07 01 0A 01 61", "8A 01 06 0A 01 61 F8 07 01")]
    public void Proto3_ComesToItsNormalForm(string wire, string expected)
    {
        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(Normal(Kitchen, Plans.Hex(wire))));
    }

    [Theory]
    [InlineData("18 09 0A 01 61", "0A 01 61 18 09")] // a number that a closed enum does not declare is an unknown field
    [InlineData("20 03 20 09 20 04", "20 03 20 04 20 09")]
    [InlineData("2A 03 03 09 04", "2A 02 03 04 28 09")]
    [InlineData("2A 02 09 0A", "28 09 28 0A")]
    [InlineData("28 03", "2A 01 03")]
    [InlineData("32 05 0A 01 61 10 09 0A 01 62", "0A 01 62 32 05 0A 01 61 10 09")] // the entry as a whole
    [InlineData("3B 40 01 3C 3B 4B 52 01 61 4C 3C", "3B 40 01 4B 52 01 61 4C 3C")] // groups merge
    [InlineData("5A 01 FF", "5A 01 FF")] // no UTF-8 is asked for
    [InlineData("62 02 01 02", "60 01 60 02")]
    [InlineData("A0 06 00 0A 01 61", "0A 01 61 A0 06 00")] // extensions are fields
    [InlineData("10 00", "10 00")]
    public void Proto2_ComesToItsNormalForm(string wire, string expected)
    {
        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(Normal(Old, Plans.Hex(wire))));
    }

    [Theory]
    [InlineData("10 00 08 00", "08 00")] // implicit presence beside explicit
    [InlineData("1B 10 01 1C 1B 1C", "1B 10 01 1C")] // delimited
    [InlineData("53 54 53 08 01 54", "53 54 53 08 01 54")]
    [InlineData("1A 02 10 01", "1A 02 10 01")] // length-prefixed where delimited is declared: unknown
    [InlineData("2A 02 01 02 20 01", "22 01 01 28 01 28 02")]
    [InlineData("38 05 30 05", "30 05 38 05")]
    [InlineData("4A 01 FF", "4A 01 FF")]
    public void Editions_ComeToTheirNormalForm(string wire, string expected)
    {
        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(Normal(Modern, Plans.Hex(wire))));
    }

    [Theory]
    [InlineData("72 01 FF", "fString: the string is not valid UTF-8")]
    [InlineData("8A 01 03 0A 01 FF", "fDish.name: the string is not valid UTF-8")]
    [InlineData("FA 01 06 0A 01 61 12 01 FF", "mString[0].value: the string is not valid UTF-8")]
    [InlineData("18", "fInt32: a value is cut short")]
    [InlineData("72 05 61", "fString: a value is cut short")]
    [InlineData("B2 01 02 01 80", "rInt32[0]: a value is cut short")]
    [InlineData("09 00 00", "fDouble: a value is cut short")]
    [InlineData("8A 01 02 10 80", "fDish.grams: a value is cut short")]
    [InlineData("07", "a field's tag is not valid")]
    [InlineData("1C", "a value is cut short")] // the end of no group
    [InlineData("FB 07 08 01", "a value is cut short")]
    [InlineData("FB 07 08 01 F4 07", "a value is cut short")] // another group's end
    public void MalformedWire_IsRefusedNamingTheField(string wire, string expected)
    {
        var e = Assert.Throws<CallException>(() => Normal(Kitchen, Plans.Hex(wire)));

        Assert.Equal(StatusCode.InvalidArgument, e.Status.Code);
        Assert.Contains(expected, e.Status.Message, StringComparison.Ordinal);
        Assert.StartsWith($"The message {Kitchen} cannot be read: ", e.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DepthAndSize_AreBounded()
    {
        var deep = new Dish();
        for (var i = 0; i < 99; i++)
        {
            deep = new Dish { Side = deep };
        }

        Assert.Equal(deep.ToByteArray(), Normal("tests.kitchen.Dish", deep.ToByteArray()));
        var e = Assert.Throws<CallException>(() => Normal("tests.kitchen.Dish", new Dish { Side = deep }.ToByteArray()));
        Assert.Contains("deeper than 100 levels", e.Status.Message, StringComparison.Ordinal);
        var small = Plans.With(o => o with { MaxSize = 3 }).ProtobufToProtobuf(Plans.Message(Kitchen));
        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<CallException>(() => Plans.Run(small, Plans.Hex("18 01 18 02"))).Status.Code);
    }

    [Fact]
    public void Conversions_AllocateNothing()
    {
        var plan = Plans.Compiler.ProtobufToProtobuf(Plans.Message(Kitchen));
        var wire = Plans.Parse<Kitchen>(Samples.Everything).ToByteArray();
        using var output = new PayloadBuffer(64 * 1024);

        Assert.Equal(0, Allocations.Of(() =>
        {
            output.Clear();
            plan.Convert(wire, output);
        }));
    }

    private static byte[] Normal(string message, byte[] wire) =>
        Plans.Run(Plans.Compiler.ProtobufToProtobuf(Plans.Message(message)), wire);
}
