using System.Text.Json;
using Pipeline.Inference.Structured;

namespace Pipeline.Inference.Tests.Structured;

/// <summary>Schemas made to be expensive. Work is counted, not timed: a busy machine changes nothing.</summary>
public sealed class SchemaWorkTests
{
    [Fact]
    public void Alternatives_told_apart_by_a_constant_cost_in_proportion_beside_long_enums_that_overlap()
    {
        long small = Work(Tagged(values: 400, alternatives: 40)), large = Work(Tagged(values: 800, alternatives: 80));

        large.ShouldBeLessThan(small * 5 / 2);
        large.ShouldBeLessThan(JsonSchemaLimits.WorkMax / 10);
    }

    [Fact]
    public void An_enum_costs_in_proportion_to_its_length()
    {
        long small = Work(Enum(2_500, "value")), large = Work(Enum(5_000, "value"));

        large.ShouldBeLessThan(small * 5 / 2);
    }

    [Fact]
    public void Enums_that_hold_together_cost_in_proportion()
    {
        long small = Work(Together(Enum(800, "x"), Enum(790, "x"))), large = Work(Together(Enum(1_600, "x"), Enum(1_590, "x")));

        large.ShouldBeLessThan(small * 5 / 2);
    }

    [Fact]
    public void What_enums_have_in_common_is_told_by_values()
    {
        JsonGrammar both = Answers.Grammar(Together("{\"enum\":[1,\"\\u0061\",null,2.5,\"b\"]}", "{\"enum\":[\"a\",1.0,\"c\",null]}"));

        new[] { "1", "\"a\"", "null", "2.5", "\"b\"", "\"c\"" }.Select(answer => Answers.Accepts(both, answer)).ShouldBe([true, true, true, false, false, false]);
    }

    [Theory]
    [InlineData("{}", "[]")]
    [InlineData("0.10000000000000000555", "0.100000000000000005551")]
    public void Values_that_cannot_be_told_apart_by_a_hash_are_charged_for(string one, string other)
    {
        Func<string, string> values = value => $"{{\"enum\":[{List(900, i => value[0] is '0' ? $"{value}{i}" : value)}]}}";

        try
        {
            Work(Together(values(one), values(other))).ShouldBeLessThanOrEqualTo(JsonSchemaLimits.WorkMax);
        }
        catch (JsonSchemaException e)
        {
            e.Message.ShouldStartWith("Schema at #");
        }
    }

    [Fact]
    public void A_constant_written_into_many_places_is_charged_for_in_each()
    {
        string places = List(80, _ => $"{{\"allOf\":[{List(4, _ => Ref("a"))}]}}");

        Should.Throw<JsonSchemaException>(() => Work(Braced($"\"$defs\":{Braced($"\"a\":{Enum(1_200, "a")}")},\"anyOf\":[{places}]")))
            .Problem.ShouldContain($"{JsonSchemaLimits.WorkMax} steps");
    }

    [Fact]
    public void Alternatives_that_are_constants_cost_in_proportion()
    {
        long small = Work(OneOf(List(450, Const))), large = Work(OneOf(List(900, Const)));

        large.ShouldBeLessThan(small * 5 / 2);
    }

    [Fact]
    public void A_definition_is_compiled_once_however_its_name_is_spelled()
    {
        string[] spellings = [.. Enumerable.Range(0, 400).Select(Spelling)];
        string references = string.Join(",", spellings.Select(name => Ref(name)));
        string schema = Braced($"\"anyOf\":[{references}],\"$defs\":{Braced($"\"abcdefghi\":{Enum(4_000, "x")}")}");

        Work(schema).ShouldBeLessThan(JsonSchemaLimits.WorkMax / 4);

        static string Spelling(int bits) =>
            string.Concat("abcdefghi".Select((letter, index) => (bits >> index & 1) == 0 ? $"{letter}" : $"%{(int)letter:X2}"));
    }

    [Fact]
    public void Many_references_into_many_definitions_allocate_in_proportion()
    {
        string schema = Braced($"\"anyOf\":[{List(400, i => Ref($"d{i}"))}],\"$defs\":{Braced(List(1_500, i => $"\"d{i}\":true"))}");

        Allocated(schema).ShouldBeLessThan(32_000_000);
    }

    [Fact]
    public void A_long_name_is_not_copied_for_everything_below_it()
    {
        string inner = Properties(List(100, i => $"\"p{i}\":{Enum(20, "")}"));
        string schema = Properties($"\"{new string('n', 30_000)}\":{inner}");

        Allocated(schema).ShouldBeLessThan(32_000_000);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Any_schema_compiles_within_the_work_or_is_refused_at_a_place(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 40; round++)
        {
            string schema = Hostile(random);
            schema.Length.ShouldBeLessThanOrEqualTo(JsonSchemaLimits.SchemaLengthMax);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Work(schema).ShouldBeLessThanOrEqualTo(JsonSchemaLimits.WorkMax);
            }
            catch (JsonSchemaException e)
            {
                e.Message.ShouldStartWith("Schema at #");
            }

            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(128_000_000, schema);
        }
    }

    // A step is some tens of nanoseconds; who raises the number of steps raises the time that a client can take.
    [Fact]
    public void The_most_steps_are_within_the_time_that_is_promised_at_a_hundred_nanoseconds_each() =>
        TimeSpan.FromMicroseconds(JsonSchemaLimits.WorkMax / 10).ShouldBeLessThanOrEqualTo(JsonSchemaLimits.CompileTimeMax);

    [Fact]
    public void Alternatives_without_one_common_discriminator_are_refused_at_their_oneOf_once_they_cost_too_much()
    {
        // Every pair shares all of a long enum, and no property is in all of them.
        string alternatives = List(300, i => Required(("p", Ref("a")), ("q", Ref("b")), ($"k{i % 2}", Const(i))));
        string schema = Braced($"\"$defs\":{Braced($"\"a\":{Enum(1_500, "v")},\"b\":{Enum(1_500, "w")}")},\"oneOf\":[{alternatives}]");

        Should.Throw<JsonSchemaException>(() => Work(schema)).Path.ShouldStartWith("/oneOf");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void OneOf_is_accepted_exactly_where_every_pair_has_a_property_that_excludes(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 500; round++)
        {
            Dictionary<char, int[]>[] objects = [.. Enumerable.Range(0, random.Next(2, 6)).Select(_ => "abc"
                .Where(_ => random.Next(4) > 0)
                .ToDictionary(name => name, _ => Enumerable.Range(0, 6).Where(_ => random.Next(3) == 0).DefaultIfEmpty(0).ToArray()))];
            bool excludes = objects.Select((one, i) => objects.Take(i).All(other => one.Any(property =>
                other.TryGetValue(property.Key, out int[]? values) && !values.Intersect(property.Value).Any()))).All(pair => pair);
            string schema = OneOf(string.Join(",", objects.Select(Schema)));

            bool accepted = true;
            try
            {
                Work(schema);
            }
            catch (JsonSchemaException)
            {
                accepted = false;
            }

            accepted.ShouldBe(excludes, $"seed {seed}: {schema}");
        }

        static string Schema(Dictionary<char, int[]> properties) => Required([.. properties.Select(property =>
            ($"{property.Key}", $"{{\"enum\":[{string.Join(",", property.Value.Select(value => $"\"{value}\""))}]}}"))]);
    }

    [Fact]
    public void Nobody_waits_for_a_schema_whose_client_has_left() =>
        Should.Throw<OperationCanceledException>(() => JsonGrammar.Compile(JsonElement.Parse("true"), new CancellationToken(canceled: true)));

    [Fact]
    public void A_schema_is_judged_once_and_those_not_seen_for_long_are_forgotten()
    {
        SchemaCache<string> cache = new(weightMax: 10);
        int found = 0;

        Get("1").ShouldBe("1");
        Get("1").ShouldBe("1");
        found.ShouldBe(1);
        for (int i = 2; i < 30; i++)
        {
            Get($"{i}");
        }

        found.ShouldBe(29);
        Get("29");
        found.ShouldBe(29, "the newest is still there");
        Get("1");
        found.ShouldBe(30, "the oldest is not");

        string Get(string schema) => cache.Get(JsonElement.Parse(schema), () =>
        {
            found++;
            return (schema, 1);
        });
    }

    [Fact]
    public void A_verdict_says_why_and_is_the_same_the_second_time()
    {
        SchemaVerdicts verdicts = new();
        JsonElement good = JsonElement.Parse("""{"type":"string"}"""), bad = JsonElement.Parse("""{"type":"text"}""");

        verdicts.Find(good, TestContext.Current.CancellationToken).ShouldBeNull();
        JsonSchemaException first = verdicts.Find(bad, TestContext.Current.CancellationToken).ShouldNotBeNull();
        first.Path.ShouldBe("/type");
        verdicts.Find(bad, TestContext.Current.CancellationToken).ShouldBeSameAs(first);
    }

    private static string Tagged(int values, int alternatives) => Braced(
        $"\"$defs\":{Braced($"\"a\":{Enum(values, "v")},\"b\":{Enum(values + 1, "v")}")},\"oneOf\":[{List(alternatives, i => Required(("p", Ref($"{"ab"[i % 2]}")), ("k", Const(i))))}]");

    private static string Braced(string members) => $"{{{members}}}";

    private static string OneOf(string alternatives) => $"{{\"oneOf\":[{alternatives}]}}";

    private static string AnyOf(string alternatives) => $"{{\"anyOf\":[{alternatives}]}}";

    private static string Const(int value) => $"{{\"const\":\"c{value}\"}}";

    private static string Ref(string definition) => $"{{\"$ref\":\"#/$defs/{definition}\"}}";

    private static string Enum(int count, string prefix) => $"{{\"enum\":[{List(count, i => $"\"{prefix}{i}\"")}]}}";

    private static string Together(string one, string other) => $"{{\"allOf\":[{one},{other}]}}";

    private static string Properties(string properties) => $"{{\"type\":\"object\",\"properties\":{{{properties}}}}}";

    private static string Required(params (string Name, string Schema)[] properties) =>
        $"{{\"type\":\"object\",\"properties\":{Braced(string.Join(",", properties.Select(property => $"\"{property.Name}\":{property.Schema}")))},"
        + $"\"required\":[{string.Join(",", properties.Select(property => $"\"{property.Name}\""))}]}}";

    private static string List(int count, Func<int, string> item) => string.Join(",", Enumerable.Range(0, count).Select(item));

    /// <summary>Definitions that refer to each other in every way, as far as the length goes.</summary>
    private static string Hostile(Random random)
    {
        int definitions = random.Next(2, 400);
        List<string> parts = [];
        int length = 200;
        for (int i = 0; i < definitions; i++)
        {
            string part = $"\"d{i}\":{Part()}";
            if ((length += part.Length + 1) > JsonSchemaLimits.SchemaLengthMax)
            {
                break;
            }

            parts.Add(part);
        }

        return Braced($"\"$ref\":\"#/$defs/d0\",\"$defs\":{Braced(string.Join(",", parts))}");

        string Reference() => Ref($"d{random.Next(definitions)}");
        string Part() => random.Next(9) switch
        {
            0 => Enum(random.Next(1, 900), "v"),
            1 => AnyOf(List(random.Next(1, 60), _ => Reference())),
            2 => OneOf(List(random.Next(1, 60), i => Required(("p", Reference()), ("k", Const(i % 50))))),
            3 => Properties(List(random.Next(1, 40), i => $"\"p{i}\":{Reference()}")),
            4 => AnyOf(List(random.Next(1, 60), i => $"{{\"type\":[\"number\",\"string\"],\"minimum\":{i}e-{i}}}")),
            5 => $"{{\"allOf\":[{List(random.Next(1, 30), _ => Reference())}]}}",
            6 => $"{{\"type\":\"object\",{List(random.Next(1, 400), i => $"\"x-{i}\":{i}")}}}",
            7 => Properties(List(random.Next(1, 30), i => $"\"{i}{new string('n', random.Next(1, 400))}\":true")),
            _ => $"{{\"type\":\"array\",\"items\":{Reference()}}}",
        };
    }

    private static long Work(string schema) => Answers.Grammar(schema).Work;

    private static long Allocated(string schema)
    {
        JsonElement parsed = JsonElement.Parse(schema);
        long before = GC.GetAllocatedBytesForCurrentThread();
        JsonGrammar.Compile(parsed, TestContext.Current.CancellationToken);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
