using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core.Runs;

namespace Lodestar.Core.Tests.Runs;

public class CanonicalJsonTests
{
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(unchecked((long)0x8000000000000000), "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(unchecked((long)0x8000000000000001), "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(unchecked((long)0xffefffffffffffff), "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(unchecked((long)0xc340000000000000), "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(0x41b3de4355555555, "333333333.3333333")]
    [InlineData(0x41b3de4355555556, "333333333.3333334")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(unchecked((long)0xbecbf647612f3696), "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Numbers_are_written_as_ECMAScript_prints_them(long bits, string expected) =>
        Assert.Equal(expected, Canonical(BitConverter.Int64BitsToDouble(bits).ToString("R")));

    [Theory]
    [InlineData("{}", "{}")]
    [InlineData("""{"z":1,"a":2,"m":{"b":1,"a":[3,1,2]}}""", """{"a":2,"m":{"a":[3,1,2],"b":1},"z":1}""")]
    [InlineData("""{"s":"\u0000\u0001\b\t\n\u000b\f\r\u001f\u007f\/"}""", "{\"s\":\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\u007f/\"}")]
    [InlineData("""{"s":"é e\u0301 日本 😀"}""", "{\"s\":\"é e\u0301 日本 😀\"}")]
    [InlineData("""{"a":0.82,"b":0.1,"c":3.14159,"d":1.5e-3}""", """{"a":0.82,"b":0.1,"c":3.14159,"d":0.0015}""")]
    [InlineData("""{"a":1e20,"b":1e21,"c":123456789012345680000}""", """{"a":100000000000000000000,"b":1e+21,"c":123456789012345680000}""")]
    [InlineData(""" { "t" : true, "f":false,"n":null,"x":[null,true,{}] } """, """{"f":false,"n":null,"t":true,"x":[null,true,{}]}""")]
    [InlineData("""{"a<b":"&"}""", """{"a<b":"&"}""")]
    public void A_value_has_one_form(string json, string expected) => Assert.Equal(expected, Canonical(json));

    [Fact]
    public void Members_are_sorted_by_UTF16_units() =>
        Assert.Equal(
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin\",\"€\":\"Euro Sign\"," +
            "\"😀\":\"Emoji\",\"\ufb33\":\"Hebrew\"}",
            Canonical("{\"€\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\ufb33\":\"Hebrew\",\"1\":\"One\"," +
                "\"😀\":\"Emoji\",\"\u0080\":\"Control\",\"ö\":\"Latin\"}"));

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":1,"\u0061":1}""")]
    [InlineData("""["\ud800"]""")]
    [InlineData("""{"\udc00x":1}""")]
    [InlineData("1e999")]
    [InlineData("9007199254740993")]
    [InlineData("-9223372036854775807")]
    [InlineData("NaN")]
    [InlineData("[1,]")]
    [InlineData("")]
    public void What_has_no_single_meaning_is_refused(string json) =>
        Assert.ThrowsAny<JsonException>(() => Canonical(json));

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused() =>
        Assert.ThrowsAny<JsonException>(() => CanonicalJson.Bytes(new byte[] { (byte)'"', 0xff, (byte)'"' }));

    [Fact]
    public void Canonical_bytes_are_their_own_canonical_form() =>
        Prop.ForAll(Json(3).ToArbitrary(), json =>
        {
            var once = Canonical(json);
            return once == Canonical(once);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_finite_double_survives_the_trip() =>
        Prop.ForAll(ArbMap.Default.ArbFor<double>().Filter(double.IsFinite), value =>
            double.Parse(Canonical(value.ToString("R"))) == value).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_of_members_never_shows() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>[]>(), names =>
        {
            var distinct = names.Select(name => Safe(name.Get)).Distinct().ToList();
            var forth = new JsonObject(distinct.Select((name, at) => KeyValuePair.Create<string, JsonNode?>(name, at)));
            var back = new JsonObject(distinct.Select((name, at) => KeyValuePair.Create<string, JsonNode?>(name, at)).Reverse());
            return Canonical(forth.ToJsonString()) == Canonical(back.ToJsonString());
        }).QuickCheckThrowOnFailure();

    private static string Canonical(string json) =>
        Encoding.UTF8.GetString(CanonicalJson.Bytes(Encoding.UTF8.GetBytes(json)));

    // Half surrogates are another law's business.
    private static string Safe(string text) => new([.. text.Where(unit => !char.IsSurrogate(unit))]);

    private static Gen<string> Json(int depth)
    {
        var text = ArbMap.Default.GeneratorFor<string>().Select(value => JsonValue.Create(Safe(value ?? "")).ToJsonString());
        var number = ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite).Select(value => value.ToString("R"));
        var scalar = Gen.OneOf(text, number, Gen.Elements("true", "false", "null", "-0", "1e5"));
        if (depth == 0)
            return scalar;

        var list = Json(depth - 1).ListOf().Select(items => $"[{string.Join(",", items)}]");
        var members = Json(depth - 1).ListOf().Select(items =>
            "{" + string.Join(",", items.Select((item, at) => $"\"{(at * 7) % 10}k{at}\":{item}")) + "}");
        return Gen.OneOf(scalar, list, members);
    }
}
