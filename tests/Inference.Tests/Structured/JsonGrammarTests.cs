using Pipeline.Inference.Structured;

namespace Pipeline.Inference.Tests.Structured;

public sealed class JsonGrammarTests
{
    private const string Person = """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},"note":{"type":"string"}},"required":["name"]}""";
    private const string Tree = """{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"v":{"type":"integer"},"next":{"$ref":"#/$defs/node"}},"required":["v"]}}}""";

    [Theory]
    [InlineData(Person, """{"name":"a"}""")]
    [InlineData(Person, """{"name":"a","age":3}""")]
    [InlineData(Person, """{"name": "a", "note": "b"}""")]
    [InlineData("""{"type":"object","additionalProperties":false}""", "{}")]
    [InlineData("""{"type":"object"}""", """{"x":[1,{"y":null}]}""")]
    [InlineData("""{"type":"object","properties":{"기분":{"const":"좋음"}},"required":["기분"]}""", """{"기분":"좋음"}""")]
    [InlineData("""{"type":"array","items":{"type":"boolean"}}""", "[]")]
    [InlineData("""{"type":"array","items":{"type":"boolean"}}""", "[true, false,true]")]
    [InlineData("""{"type":"array","minItems":1,"maxItems":2}""", """[1,"b"]""")]
    [InlineData("""{"type":"array","maxItems":0}""", "[]")]
    [InlineData("""{"type":"string"}""", """ "가나 \"\\\/\b\f\n\r\t 😀" """)]
    [InlineData("""{"type":"string","minLength":2,"maxLength":3}""", "\"가나\"")]
    [InlineData("""{"type":"string","maxLength":1}""", "\"😀\"")]
    [InlineData("""{"type":"string","maxLength":1}""", "\"\\n\"")]
    [InlineData("""{"type":"string","maxLength":0}""", "\"\"")]
    [InlineData("""{"enum":["a","ab",1,10,null,true]}""", "10")]
    [InlineData("""{"enum":["a","ab",1,10,null,true]}""", "1")]
    [InlineData("""{"enum":["a","ab",1,10,null,true]}""", "\"ab\"")]
    [InlineData("""{"type":["string","null"],"enum":["a",null]}""", "null")]
    [InlineData("""{"const":"say \"\u3131\"\n"}""", """ "say \"ㄱ\"\n" """)]
    [InlineData("""{"type":["string","null"],"maxLength":2}""", "null")]
    [InlineData("""{"type":["integer","number"]}""", "1.5")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"null"}]}""", "-7")]
    [InlineData("""{"anyOf":[{"const":"abc"},{"type":"string","maxLength":2}]}""", "\"ab\"")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"string"}]}""", "\"a\"")]
    [InlineData("""{"oneOf":[{"enum":["a"]},{"enum":["b"]}]}""", "\"b\"")]
    [InlineData(Tree, """{"v":1,"next":{"v":2,"next":{"v":3}}}""")]
    [InlineData("""{"anyOf":[{"$ref":"#"},{"type":"null"}]}""", "null")]
    [InlineData("""{"$ref":"#/definitions/a~1%62","definitions":{"a/b":{"const":1}}}""", "1")]
    [InlineData("{}", """[{"a":[]},null,-0.5,"x"]""")]
    [InlineData("true", "12")]
    [InlineData("""{"title":"t","description":"d","default":1,"examples":[1],"$schema":"s","$id":"i","$comment":"c","type":"string","format":"other"}""", "\"x\"")]
    public void Accepts(string schema, string answer) => Answers.Accepts(schema, answer.Trim()).ShouldBeTrue();

    [Theory]
    [InlineData(Person, "{}")]
    [InlineData(Person, """{"age":3,"name":"a"}""")]
    [InlineData(Person, """{"name":"a","other":1}""")]
    [InlineData(Person, """{"name":"a","name":"a"}""")]
    [InlineData(Person, """{"name":"a",}""")]
    [InlineData(Person, """{"name":"a","age":3,"note":"b",""")]
    [InlineData(Person, """{ "name":"a"}""")]
    [InlineData(Person, """{"name" :"a"}""")]
    [InlineData(Person, """{"name":  "a"}""")]
    [InlineData(Person, """{"name":"a" }""")]
    [InlineData(Person, "{\"name\":\n\"a\"}")]
    [InlineData(Person, """ {"name":"a"}""")]
    [InlineData("""{"type":"object","additionalProperties":false}""", """{"a":1}""")]
    [InlineData("""{"type":"object"}""", "[]")]
    [InlineData("""{"type":"array","items":{"type":"boolean"}}""", "[true,]")]
    [InlineData("""{"type":"array","items":{"type":"boolean"}}""", "[1]")]
    [InlineData("""{"type":"array","minItems":1,"maxItems":2}""", "[]")]
    [InlineData("""{"type":"array","minItems":1,"maxItems":2}""", "[1,2,3]")]
    [InlineData("""{"type":"array","maxItems":0}""", "[1]")]
    [InlineData("""{"type":"string"}""", "\"\\u0041\"")]
    [InlineData("""{"type":"string"}""", "\"\\x\"")]
    [InlineData("""{"type":"string"}""", "\"\n\"")]
    [InlineData("""{"type":"string"}""", "\"a")]
    [InlineData("""{"type":"string"}""", "\"a\"\"")]
    [InlineData("""{"type":"string","minLength":2,"maxLength":3}""", "\"가\"")]
    [InlineData("""{"type":"string","minLength":2,"maxLength":3}""", "\"가나다라\"")]
    [InlineData("""{"enum":["a","ab",1,10,null,true]}""", "\"b\"")]
    [InlineData("""{"enum":["a","ab",1,10,null,true]}""", "100")]
    [InlineData("""{"enum":["a","ab",1,10,null,true]}""", "false")]
    [InlineData("""{"type":["string","null"],"maxLength":2}""", "1")]
    [InlineData("""{"type":"integer"}""", "1.0")]
    [InlineData("""{"type":"integer"}""", "-0")]
    [InlineData("""{"type":"integer"}""", "007")]
    [InlineData("""{"type":"number"}""", "1e5")]
    [InlineData("""{"type":"number"}""", "1.")]
    [InlineData("""{"type":"number"}""", ".5")]
    [InlineData("""{"type":"number"}""", "+1")]
    [InlineData("""{"type":"number"}""", "1234567890123456")]
    [InlineData("""{"type":"number"}""", "0.123456789012345")]
    [InlineData("""{"anyOf":[{"const":"abc"},{"type":"string","maxLength":2}]}""", "\"abd\"")]
    [InlineData(Tree, """{"v":1,"next":{}}""")]
    public void Rejects(string schema, string answer) => Answers.Accepts(schema, answer).ShouldBeFalse();

    [Fact]
    public void Alternatives_that_begin_alike_are_read_side_by_side()
    {
        const string schema = """{"anyOf":[{"type":"object","properties":{"kind":{"const":"a"},"x":{"type":"integer"}},"required":["kind","x"]},{"type":"object","properties":{"kind":{"const":"ab"},"y":{"type":"string"}},"required":["kind","y"]}]}""";

        Answers.Accepts(schema, """{"kind":"a","x":1}""").ShouldBeTrue();
        Answers.Accepts(schema, """{"kind":"ab","y":"1"}""").ShouldBeTrue();
        Answers.Accepts(schema, """{"kind":"a","y":"1"}""").ShouldBeFalse();
    }

    [Fact]
    public void Alternatives_inside_of_the_same_value_stay_apart()
    {
        const string schema = """{"anyOf":[{"type":"object","properties":{"a":{"$ref":"#/$defs/s"},"x":{"const":1}},"required":["a","x"]},{"type":"object","properties":{"a":{"$ref":"#/$defs/s"},"y":{"const":2}},"required":["a","y"]}],"$defs":{"s":{"type":"array","items":{"type":"string"}}}}""";

        Answers.Accepts(schema, """{"a":["b","c"],"x":1}""").ShouldBeTrue();
        Answers.Accepts(schema, """{"a":["b","c"],"y":2}""").ShouldBeTrue();
        Answers.Accepts(schema, """{"a":["b","c"],"y":1}""").ShouldBeFalse();
    }

    [Fact]
    public void Alternatives_that_never_part_do_not_multiply()
    {
        const string schema = """{"type":"array","items":{"anyOf":[{"type":"array","items":{"$ref":"#"}},{"type":"array","items":{"$ref":"#"}},{"type":"integer"}]}}""";

        Answers.Accepts(schema, new string('[', 31) + string.Concat(Enumerable.Repeat("1,", 20)) + "1" + new string(']', 31)).ShouldBeTrue();
    }

    [Fact]
    public void Any_object_is_a_JSON_object()
    {
        Answers.Accepts(JsonGrammar.AnyObject, """{"감정": "기쁨", "n":[1.5,{}], "m":true}""").ShouldBeTrue();
        Answers.Accepts(JsonGrammar.AnyObject, "[]").ShouldBeFalse();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"type":"array","items":{"$ref":"#"}}""")]
    public void Nesting_is_bounded(string schema)
    {
        string deepest = new string('[', JsonSchemaLimits.NestingMax) + new string(']', JsonSchemaLimits.NestingMax);

        Answers.Accepts(schema, deepest).ShouldBeTrue();
        Answers.Accepts(schema, $"[{deepest}]").ShouldBeFalse();
    }

    [Fact]
    public void A_value_whose_shallowest_form_no_longer_fits_is_not_begun()
    {
        const string schema = """{"$ref":"#/$defs/a","$defs":{"a":{"type":"object","properties":{"next":{"$ref":"#/$defs/b"}}},"b":{"type":"object","properties":{"a":{"$ref":"#/$defs/a"}},"required":["a"]}}}""";
        string start = string.Concat(Enumerable.Repeat("{\"next\":{\"a\":", 15));

        // 30 levels are open: a and b and a would be 33.
        Answers.Accepts(schema, start + "{}" + new string('}', 30)).ShouldBeTrue();
        Answers.After(Answers.Grammar(schema), System.Text.Encoding.UTF8.GetBytes(start + "{\"")).ShouldBeNull();
    }
}
