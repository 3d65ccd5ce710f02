using Pipeline.Inference.Structured;

namespace Pipeline.Inference.Tests.Structured;

/// <summary>What zod, Pydantic and .NET write: it is taken, and held.</summary>
public sealed class KeptSchemaTests
{
    private const string Map = """{"type":"object","additionalProperties":{"type":"integer"}}""";
    private const string NamedMap = """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"],"additionalProperties":{"type":"integer"}}""";
    private const string Record = """{"type":"object","propertyNames":{"type":"string","enum":["x","y"]},"additionalProperties":{"type":"integer"},"required":["x"]}""";
    private const string Pet = """{"type":"object","required":["$type"],"anyOf":[{"properties":{"$type":{"const":"cat"},"lives":{"type":"integer"}},"required":["$type","lives"]},{"properties":{"$type":{"const":"dog"}},"required":["$type"]}]}""";
    private const string Tuple = """{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}""";
    private const string OldTuple = """{"type":"array","items":[{"type":"string"},{"type":"integer"}],"additionalItems":{"type":"boolean"},"maxItems":3}""";
    private const string Inner = """{"type":"object","properties":{"a":{"type":"object","properties":{"x":{"type":"integer"}},"required":["x"]},"b":{"$ref":"#/properties/a"}},"required":["a","b"]}""";
    private const string ThroughItems = """{"type":"object","properties":{"list":{"type":"array","items":{"type":"object","properties":{"x":{"type":"integer"}},"required":["x"],"additionalProperties":false}},"one":{"$ref":"#/properties/list/items"}},"required":["list","one"],"additionalProperties":false}""";
    private const string ThroughAnyOf = """{"type":"object","properties":{"a":{"anyOf":[{"type":"object","properties":{"x":{"type":"integer"}},"required":["x"],"additionalProperties":false},{"type":"null"}]},"b":{"$ref":"#/properties/a/anyOf/0"}},"required":["a","b"],"additionalProperties":false}""";
    private const string Email = """{"type":"string","format":"email"}""";
    private const string Both = """{"allOf":[{"type":"object","properties":{"a":{"type":"integer","minimum":1}},"required":["a"]},{"type":"object","properties":{"a":{"type":"integer","maximum":5},"b":{"const":1}},"required":["b"]}]}""";
    private const string ZodEmail = """{"type":"string","format":"email","pattern":"^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$"}""";
    private const string ZodUuid = """{"type":"string","format":"uuid","pattern":"^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$"}""";
    private const string ZodDateTime = """{"type":"string","format":"date-time","pattern":"^(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))T(?:(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d+)?)?(?:Z))$"}""";
    private const string Url = """{"type":"string","format":"uri","minLength":1,"maxLength":2083}""";

    [Theory]
    [InlineData(Map, "{}")]
    [InlineData(Map, """{"a":1,"b": 2, "가":-3}""")]
    [InlineData("""{"type":"object","additionalProperties":true}""", """{"a":[1]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"const":1}},"required":["a"],"additionalProperties":true}""", """{"a":1}""")]
    [InlineData(NamedMap, """{"a":"x","c":1}""")]
    [InlineData(NamedMap, """{"a":"x","b":"y","ab":1,"c":2}""")]
    [InlineData(Record, """{"x":1,"y":2}""")]
    [InlineData(Pet, """{"$type":"cat","lives":9}""")]
    [InlineData(Pet, """{"$type":"dog"}""")]
    [InlineData(Tuple, """["a",1]""")]
    [InlineData(OldTuple, """["a",1]""")]
    [InlineData(OldTuple, """["a",1,true]""")]
    [InlineData(Inner, """{"a":{"x":1},"b":{"x":2}}""")]
    [InlineData(Both, """{"a":5,"b":1}""")]
    [InlineData("""{"$defs":{"A":{"type":"string","maxLength":5}},"allOf":[{"$ref":"#/$defs/A"}],"description":"d"}""", "\"abcde\"")]
    [InlineData("""{"$defs":{"A":{"type":"string"}},"$ref":"#/$defs/A","maxLength":2}""", "\"ab\"")]
    [InlineData("""{"type":"array","items":{"enum":["a","b"]},"uniqueItems":false,"x-order":1}""", """["a","a"]""")]
    [InlineData("""{"type":"string","maxLength":4,"nullable":true}""", "null")]
    [InlineData("""{"type":"string","maxLength":4,"nullable":true}""", "\"abcd\"")]
    [InlineData("""{"type":"string","enum":["a",null]}""", "\"a\"")]
    [InlineData("""{"type":"string","enum":["a",null],"nullable":true}""", "null")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"k":{"const":"a"}},"required":["k"]},{"type":"object","properties":{"k":{"const":"b"}},"required":["k"]}],"discriminator":{"propertyName":"k"}}""", """{"k":"b"}""")]
    [InlineData("""{"type":"integer","multipleOf":5,"minimum":1}""", "1015")]
    [InlineData("""{"type":"number","multipleOf":0.01}""", "-3.25")]
    [InlineData("""{"type":"string","pattern":"^[^@]+@[^@]+$"}""", "\"가@b\"")]
    [InlineData("""{"type":"string","pattern":"b+"}""", "\"abbc\"")]
    [InlineData("""{"type":"string","pattern":"^a|b$"}""", "\"xb\"")]
    [InlineData("""{"type":"string","pattern":"^\\s$"}""", """ "\n" """)]
    [InlineData("""{"type":"string","pattern":"^.\"\\\\/$"}""", """ "😀\"\\\/" """)]
    [InlineData("""{"type":"string","pattern":"^[\\u3131-\\uD79D]{2}$"}""", "\"가각\"")]
    [InlineData("""{"type":"string","pattern":"^(?=.*\\d)[a-z0-9]{3}$"}""", "\"a1b\"")]
    [InlineData("""{"type":"string","pattern":"^a*$","minLength":2,"maxLength":3}""", "\"aaa\"")]
    [InlineData("""{"type":"string","format":"date"}""", "\"2024-02-29\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-12-31T23:59:59.123+09:00\"")]
    [InlineData("""{"type":"string","format":"time"}""", "\"23:59:59\"")]
    [InlineData("""{"type":"string","format":"ipv4"}""", "\"255.0.10.1\"")]
    [InlineData("""{"type":"string","format":"ipv6"}""", "\"2001:db8::1\"")]
    [InlineData("""{"type":"string","format":"ipv6"}""", "\"::\"")]
    [InlineData("""{"type":"string","minLength":3,"maxLength":9,"format":"ends_with","allOf":[{"pattern":"^ab.*"},{"pattern":".*z$"}]}""", "\"abz\"")]
    [InlineData("""{"type":"string","pattern":"^P(?:(\\d+W)|(?!.*W)(?=\\d|T\\d)(\\d+Y)?(\\d+M)?(\\d+D)?(T(?=\\d)(\\d+H)?(\\d+M)?(\\d+([.,]\\d+)?S)?)?)$"}""", "\"P1DT12H\"")]
    [InlineData("""{"type":"string","pattern":"^$|^(?:[0-9a-zA-Z+/]{4})*(?:(?:[0-9a-zA-Z+/]{2}==)|(?:[0-9a-zA-Z+/]{3}=))?$"}""", "\"AAAA\"")]
    [InlineData("""{"type":"string","pattern":"^\\p{L}+$"}""", "\"서울Ab\"")]
    [InlineData(ZodEmail, "\"a.b@example.co\"")]
    [InlineData(Email, "\"a.b+c@mail.example.com\"")]
    [InlineData(ThroughItems, """{"list":[{"x":1}],"one":{"x":2}}""")]
    [InlineData(ThroughAnyOf, """{"a":{"x":1},"b":{"x":2}}""")]
    [InlineData(ZodUuid, "\"123e4567-e89b-12d3-a456-426614174000\"")]
    [InlineData(ZodDateTime, "\"2024-02-29T00:00:00Z\"")]
    [InlineData(Url, "\"https://example.com:8080/a?b=c#d\"")]
    [InlineData(Url, "\"urn:isbn:0451450523\"")]
    public void Takes(string schema, string answer) => Answers.Accepts(schema, answer.Trim()).ShouldBeTrue();

    [Theory]
    [InlineData(Map, """{"a":"x"}""")]
    [InlineData(Map, """{"a":1,"a":2}""")]
    [InlineData(Map, """{"a":1,"b":1,"a":2}""")]
    [InlineData(NamedMap, """{"a":"x","b":1}""")]
    [InlineData(NamedMap, """{"c":1,"a":"x"}""")]
    [InlineData(NamedMap, """{"a":"x","c":1,"b":"y"}""")]
    [InlineData(Record, """{"y":2}""")]
    [InlineData(Record, """{"x":1,"z":2}""")]
    [InlineData("""{"type":"object","properties":{"a":{"const":1}},"required":["a"],"additionalProperties":true}""", """{"a":1,"b":2}""")]
    [InlineData(Pet, """{"$type":"cat"}""")]
    [InlineData(Pet, """{"$type":"cow"}""")]
    [InlineData(Tuple, """["a"]""")]
    [InlineData(Tuple, """["a",1,2]""")]
    [InlineData(OldTuple, """["a",1,2]""")]
    [InlineData(Inner, """{"a":{"x":1},"b":{"x":"2"}}""")]
    [InlineData(Both, """{"a":6,"b":1}""")]
    [InlineData(Both, """{"a":5}""")]
    [InlineData("""{"$defs":{"A":{"type":"string"}},"$ref":"#/$defs/A","maxLength":2}""", "\"abc\"")]
    [InlineData("""{"type":"string","enum":["a",null]}""", "null")]
    [InlineData("""{"type":"integer","multipleOf":5,"minimum":1}""", "12")]
    [InlineData("""{"type":"integer","multipleOf":5,"minimum":1}""", "0")]
    [InlineData("""{"type":"number","multipleOf":0.01}""", "1.234")]
    [InlineData("""{"type":"string","pattern":"^[^@]+@[^@]+$"}""", "\"a@b@c\"")]
    [InlineData("""{"type":"string","pattern":"b+"}""", "\"ac\"")]
    [InlineData("""{"type":"string","pattern":"^.$"}""", """ "\n" """)]
    [InlineData("""{"type":"string","pattern":"^[\\u3131-\\uD79D]{2}$"}""", "\"가a\"")]
    [InlineData("""{"type":"string","pattern":"^(?=.*\\d)[a-z0-9]{3}$"}""", "\"abc\"")]
    [InlineData("""{"type":"string","pattern":"^a*$","minLength":2,"maxLength":3}""", "\"a\"")]
    [InlineData("""{"type":"string","format":"date"}""", "\"2023-02-29\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-12-31T23:59:59\"")]
    [InlineData("""{"type":"string","format":"time"}""", "\"24:00:00\"")]
    [InlineData("""{"type":"string","format":"ipv4"}""", "\"256.0.10.1\"")]
    [InlineData("""{"type":"string","allOf":[{"pattern":"^ab.*"},{"pattern":".*z$"}]}""", "\"ab\"")]
    [InlineData("""{"type":"string","pattern":"^P(?:(\\d+W)|(?!.*W)(?=\\d|T\\d)(\\d+Y)?(T(?=\\d)(\\d+H)?)?)$"}""", "\"P\"")]
    [InlineData("""{"type":"string","pattern":"^P(?:(\\d+W)|(?!.*W)(?=\\d|T\\d)(\\d+Y)?(T(?=\\d)(\\d+H)?)?)$"}""", "\"P1YT\"")]
    [InlineData("""{"type":"string","pattern":"^\\p{L}+$"}""", "\"a1\"")]
    [InlineData(ZodEmail, "\"a..b@example.co\"")]
    [InlineData(Email, "\"a.b\"")]
    [InlineData(Email, "\"a@b@c.com\"")]
    [InlineData(Email, "\"a b@example.com\"")]
    [InlineData(Email, "\"@example.com\"")]
    [InlineData("""{"type":"string","format":"ipv6"}""", "\"2001:db8\"")]
    [InlineData("""{"type":"string","format":"ipv6"}""", "\"2001::db8::1\"")]
    [InlineData("""{"type":"string","format":"ipv6"}""", "\"1:2:3:4:5:6:7:8:9\"")]
    [InlineData("""{"type":"string","format":"ipv6"}""", "\"12345::\"")]
    [InlineData("""{"type":"string","format":"ipv6"}""", "\"g::1\"")]
    [InlineData(ThroughItems, """{"list":[{"x":1}],"one":{"x":"2"}}""")]
    [InlineData(ThroughItems, """{"list":[{"x":1}],"one":{}}""")]
    [InlineData(ThroughAnyOf, """{"a":null,"b":null}""")]
    [InlineData(ThroughAnyOf, """{"a":{"x":1},"b":{"x":"2"}}""")]
    [InlineData(ZodEmail, "\".a@example.co\"")]
    [InlineData(ZodUuid, "\"123e4567-e89b-92d3-a456-426614174000\"")]
    [InlineData(ZodDateTime, "\"2023-02-29T00:00:00Z\"")]
    [InlineData(Url, "\"no scheme\"")]
    public void Holds(string schema, string answer) => Answers.Accepts(schema, answer.Trim()).ShouldBeFalse();

    [Fact]
    public void No_name_comes_twice_in_free_JSON()
    {
        Answers.Accepts(JsonGrammar.AnyObject, """{"a":1,"b":{"a":2}}""").ShouldBeTrue();
        Answers.Accepts(JsonGrammar.AnyObject, """{"a":1,"a":2}""").ShouldBeFalse();
        Answers.Accepts(JsonGrammar.AnyObject, """{"":1,"":2}""").ShouldBeFalse();
        Answers.Accepts(JsonGrammar.AnyObject, """{"a\/":1,"a/":2}""").ShouldBeFalse("it is one name in two spellings");
    }

    [Fact]
    public void Many_texts_of_one_format_or_pattern_cost_what_one_does()
    {
        string many = string.Join(",", Enumerable.Range(0, 90).Select(i => $"\"p{i}\":{ZodDateTime}"));

        Answers.Grammar($"{{\"type\":\"object\",\"properties\":{{{many}}}}}").Work.ShouldBeLessThan(JsonSchemaLimits.WorkMax / 2);
    }

    [Theory]
    [InlineData("^(a|b|ab)*c{1,500}(x?){400}$")]
    [InlineData("^(?!.*a{40}b)(?!.*c{50}d)(?=.*e{60}).*$")]
    [InlineData("^((a?){30}(b?){30}){30}$")]
    public void A_hostile_pattern_is_kept_or_refused_within_the_work(string pattern)
    {
        try
        {
            Answers.Grammar($$"""{"type":"string","pattern":"{{pattern}}"}""").Work.ShouldBeLessThanOrEqualTo(JsonSchemaLimits.WorkMax);
        }
        catch (JsonSchemaException e)
        {
            e.Path.ShouldBe("/pattern");
        }
    }
}
