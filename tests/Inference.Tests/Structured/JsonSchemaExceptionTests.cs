using System.Text.Json;
using Pipeline.Inference.Structured;

namespace Pipeline.Inference.Tests.Structured;

public sealed class JsonSchemaExceptionTests
{
    [Theory]
    [InlineData("3", "")]
    [InlineData("false", "")]
    [InlineData("""{"type":"text"}""", "/type")]
    [InlineData("""{"type":[]}""", "/type")]
    [InlineData("""{"type":["string",7]}""", "/type/1")]
    [InlineData("""{"type":["string","string"]}""", "/type/1")]
    [InlineData("""{"minimum":3}""", "/minimum")]
    [InlineData("""{"type":"string","minimum":3}""", "/minimum")]
    [InlineData("""{"not":{}}""", "/not")]
    [InlineData("""{"type":"string","pattern":"(a)\\1"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"^(?:(?!b).)*$"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"^a(b$"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"^\\p{Script=Hangul}+$"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"^a\\b"}""", "/pattern")]
    [InlineData("""{"type":"string","allOf":[{"pattern":"^a"},{"pattern":"^b"}]}""", "/allOf/1/pattern")]
    [InlineData("""{"type":"string","pattern":"^a$","format":"date"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"^(?:a{200}){200}$"}""", "/pattern")]
    [InlineData("""{"type":"string","format":"uuid","maxLength":20}""", "")]
    [InlineData("""{"type":"string","pattern":"^(?:aa)*$","minLength":3,"maxLength":3}""", "")]
    [InlineData("""{"type":"integer","multipleOf":0}""", "/multipleOf")]
    [InlineData("""{"type":"integer","multipleOf":7,"minimum":8,"maximum":13}""", "/maximum")]
    [InlineData("""{"allOf":[{"type":"string"},{"type":"integer"}]}""", "")]
    [InlineData("""{"type":"object","anyOf":[{"type":"array"}]}""", "/anyOf")]
    [InlineData("""{"anyOf":[{"$ref":"#"}],"type":"object"}""", "")]
    [InlineData("""{"type":"array","prefixItems":[{}],"items":false,"minItems":2}""", "/items")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"?"}}""", "/additionalProperties/type")]
    [InlineData("""{"type":"object","propertyNames":{"pattern":"^a"},"additionalProperties":{}}""", "/propertyNames")]
    [InlineData("""{"type":"object","patternProperties":{"^a":{}}}""", "/patternProperties")]
    [InlineData("""{"$ref":"#/properties/b","properties":{"a":{}}}""", "/$ref")]
    [InlineData("""{"type":"object","properties":{"a/b~":{"type":"x"}}}""", "/properties/a~1b~0/type")]
    [InlineData("""{"type":"object","properties":{"a":false}}""", "/properties/a")]
    [InlineData("""{"type":"object","properties":[]}""", "/properties")]
    [InlineData("""{"type":"object","properties":{"a":{}},"required":["a","b"]}""", "/required/1")]
    [InlineData("""{"type":"object","required":["b"]}""", "/required/0")]
    [InlineData("""{"type":"object","required":true}""", "/required")]
    [InlineData("""{"type":"object","properties":{"a\u0001":{}}}""", "/properties/a\u0001")]
    [InlineData("""{"type":"object","properties":{"a":{},"a":{}}}""", "/properties")]
    [InlineData("""{"type":"object","properties":{"\ud800":{}}}""", "/properties")]
    [InlineData("""{"type":"array","minItems":3,"maxItems":2}""", "/maxItems")]
    [InlineData("""{"type":"array","uniqueItems":true}""", "/uniqueItems")]
    [InlineData("""{"type":"string","minLength":-1}""", "/minLength")]
    [InlineData("""{"type":"string","maxLength":1.5}""", "/maxLength")]
    [InlineData("""{"type":"integer","minimum":"3"}""", "/minimum")]
    [InlineData("""{"type":"integer","exclusiveMinimum":true,"minimum":0}""", "/exclusiveMinimum")]
    [InlineData("""{"type":"integer","minimum":5,"maximum":4}""", "/maximum")]
    [InlineData("""{"type":"integer","minimum":0.1,"maximum":0.9}""", "/maximum")]
    [InlineData("""{"type":"number","exclusiveMinimum":1,"exclusiveMaximum":1}""", "/exclusiveMaximum")]
    [InlineData("""{"type":"integer","minimum":1e15}""", "/minimum")]
    [InlineData("""{"type":"integer","minimum":1e999999999999}""", "/minimum")]
    [InlineData("""{"type":"number","minimum":0.00000000000000000000000000000000000000000000000000000000000000001}""", "/minimum")]
    [InlineData("""{"enum":[]}""", "/enum")]
    [InlineData("""{"enum":"a"}""", "/enum")]
    [InlineData("""{"enum":["a",{}]}""", "/enum/1")]
    [InlineData("""{"enum":["a\u0000"]}""", "/enum/0")]
    [InlineData("""{"enum":["\udc00"]}""", "/enum/0")]
    [InlineData("""{"type":"integer","enum":[1,1.5]}""", "/enum/1")]
    [InlineData("""{"type":"string","const":null}""", "/const")]
    [InlineData("""{"const":"a","minLength":1}""", "/minLength")]
    [InlineData("""{"anyOf":[]}""", "/anyOf")]
    [InlineData("""{"anyOf":[{"type":"null"},{"type":"?"}]}""", "/anyOf/1/type")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "/oneOf/1")]
    [InlineData("""{"oneOf":[{"enum":["a","b"]},{"type":"null"},{"enum":["b"]}]}""", "/oneOf/2")]
    [InlineData("""{"oneOf":[{"const":1},{"const":1.0}]}""", "/oneOf/1")]
    [InlineData("""{"$ref":"#/$defs/a"}""", "/$ref")]
    [InlineData("""{"$ref":"https://example.com/schema"}""", "/$ref")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"type":"?"}}}""", "/$defs/a/type")]
    [InlineData("""{"$ref":"#"}""", "")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "")]
    [InlineData("""{"type":"array","minItems":1,"items":{"$ref":"#"}}""", "")]
    public void An_unusable_schema_names_the_place(string schema, string path)
    {
        JsonSchemaException exception = Should.Throw<JsonSchemaException>(() => Answers.Grammar(schema));

        exception.Path.ShouldBe(path);
        exception.Message.ShouldBe($"Schema at #{path}: {exception.Problem} {exception.Remedy}");
    }

    [Fact]
    public void The_message_says_value_and_remedy() =>
        Should.Throw<JsonSchemaException>(() => Answers.Grammar("""{"type":"object","properties":{"score":{"type":"integer","not":5}}}"""))
            .Message.ShouldBe("Schema at #/properties/score/not: not (5) cannot be enforced. Remove it, and check the answer afterwards.");

    [Fact]
    public void One_of_needs_alternatives_that_exclude_each_other()
    {
        const string schema = """{"oneOf":[{"$ref":"#/$defs/a"},{"type":"object","properties":{"kind":{"enum":["b","c"]}},"required":["kind"]}],"$defs":{"a":{"type":"object","properties":{"kind":{"const":"KIND"}},"required":["kind"]}}}""";

        Answers.Accepts(schema.Replace("KIND", "a", StringComparison.Ordinal), """{"kind":"c"}""").ShouldBeTrue();
        Should.Throw<JsonSchemaException>(() => Answers.Grammar(schema.Replace("KIND", "b", StringComparison.Ordinal))).Path.ShouldBe("/oneOf/1");
    }

    [Fact]
    public void Limits_hold()
    {
        string properties = string.Join(",", Enumerable.Range(0, JsonSchemaLimits.PropertiesMax + 1).Select(i => $"\"p{i}\":{{}}"));
        Path("{\"type\":\"object\",\"properties\":{" + properties + "}}").ShouldBe("/properties");
        Path($$"""{"description":"{{new string('x', JsonSchemaLimits.SchemaLengthMax)}}"}""").ShouldBe("");
        Path($$"""{"anyOf":[{{string.Join(",", Enumerable.Repeat("{}", JsonSchemaLimits.SubschemasMax + 1))}}]}""").ShouldBe($"/anyOf/{JsonSchemaLimits.SubschemasMax - 1}", "the whole is one, too");
        Path(Nested("{\"anyOf\":[", "{}", "]}", JsonSchemaLimits.SchemaDepthMax)).ShouldStartWith("/anyOf/0/anyOf/0");
        Path(Nested("{\"type\":\"array\",\"minItems\":1,\"items\":", "{\"const\":1}", "}", JsonSchemaLimits.NestingMax + 1)).ShouldBe("");
    }

    [Fact]
    public void No_JSON_is_no_schema() =>
        Should.Throw<JsonSchemaException>(() => JsonGrammar.Compile(default, TestContext.Current.CancellationToken)).Path.ShouldBe("");

    private static string Nested(string open, string inner, string close, int levels) =>
        string.Concat(Enumerable.Repeat(open, levels)) + inner + string.Concat(Enumerable.Repeat(close, levels));

    private static string Path(string schema) => Should.Throw<JsonSchemaException>(() =>
    {
        using JsonDocument document = JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = 1_000 });
        JsonGrammar.Compile(document.RootElement, TestContext.Current.CancellationToken);
    }).Path;
}
