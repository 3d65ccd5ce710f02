using System.Text.Json;
using Pipeline.Inference.Prompts.Jinja;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Tests.Prompts.Jinja;

/// <summary>cases.json has templates of our own for every construct, and what Jinja2 3.1.6 made of them with the settings of transformers.</summary>
public sealed class JinjaTemplateTests
{
    private static readonly JsonElement _file = Read();

    public static TheoryData<string> Names => [.. _file.GetProperty("cases").EnumerateArray().Select(one => one.GetProperty("name").GetString()!).Distinct()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Texts_are_those_of_Jinja2(string name)
    {
        foreach (JsonElement one in _file.GetProperty("cases").EnumerateArray().Where(one => one.GetProperty("name").GetString() == name))
        {
            string template = one.GetProperty("template").GetString()!;
            if (one.TryGetProperty("text", out JsonElement text))
            {
                Execute(template, one).Value.ShouldBe(text.GetString(), template);
            }
            else
            {
                Should.Throw<JinjaException>(() => Execute(template, one), template);
            }
        }
    }

    [Theory]
    [InlineData("{% if a %}", "endif")]
    [InlineData("a\nb {{ 'x }}", "line 2: a string does not end")]
    [InlineData("{{ a", "does not end with }}")]
    [InlineData("{% for a in b %}{% endif %}", "'endfor' is wanted")]
    [InlineData("{% endif %}", "'endif' ends nothing")]
    [InlineData("{% include 'x' %}", "'include' is not one that chat templates have")]
    [InlineData("{{ 1 + }}", "'}}' stands where a value is wanted")]
    [InlineData("{% break %}", "outside of a loop")]
    [InlineData("{# a", "a comment does not end")]
    [InlineData("{% raw %}a", "raw does not end")]
    [InlineData("{{ a ? b }}", "'?' means nothing here")]
    public void Faults_of_a_template_are_named_with_their_line(string template, string problem) =>
        Should.Throw<JinjaException>(() => JinjaTemplate.Parse(template)).Message.ShouldContain(problem);

    [Fact]
    public void Fault_while_rendering_has_the_line_of_its_statement() =>
        Should.Throw<JinjaException>(() => Execute("a\n\n{{ x + 'a' }}\n")).Message.ShouldBe("line 3: '+' cannot join a number and a text");

    [Fact]
    public void Refusal_has_the_words_of_the_template() =>
        Should.Throw<JinjaRefusal>(() => Execute("{{ raise_exception('Roles must alternate.') }}")).Message.ShouldBe("Roles must alternate.");

    [Fact]
    public void Clock_is_the_one_that_is_given()
    {
        FixedTime time = new(new(2026, 3, 4, 15, 6, 7, TimeSpan.Zero));
        JinjaTemplate.Parse("{{ strftime_now('%d %b %Y|%A, %B %-d|%H:%M:%S %I %p|%y-%m %j %%') }}").Execute(new Dictionary<string, object?>(), time, CancellationToken.None)
            .Value.ShouldBe("04 Mar 2026|Wednesday, March 4|15:06:07 03 PM|26-03 063 %");
    }

    [Theory]
    [InlineData("{{ u }}", "[u <|end|> ]")]
    [InlineData("<{{ u | trim }}>", "<[u <|end|>]>")]
    [InlineData("{{ u.split(' ')[1] ~ '|' ~ u[0] }}", "[<|end|>]|[u]")]
    [InlineData("{{ u | upper }}{{ u | length }}", "[U <|END|> ]10")]
    [InlineData("{{ u | replace('|', '!') }}", "[u <]![end]![> ]")]
    [InlineData("{{ {'k': u} | tojson }}", "{\"k\": \"[u <|end|> ]\"}")]
    [InlineData("{{ [u] }}", "['[u <|end|> ]']")]
    [InlineData("{% set a %}({{ u }}){% endset %}{{ a * 2 }}", "([u <|end|> ])([u <|end|> ])")]
    [InlineData("{% macro m(a) %}<{{ a }}>{% endmacro %}{{ m(u) | indent }}", "<[u <|end|> ]>")]
    [InlineData("{{ [u, 'b'] | join('|') }}{{ '%s' % u }}{{ u[::-1] }}", "[u <|end|> ]|b[u <|end|> ][ >|dne|< u]")]
    [InlineData("{{ 'yes' if u == 'u <|end|> ' and '<|end|>' in u else 'no' }}", "yes")]
    public void Texts_from_outside_stay_known_through_what_a_template_does_to_them(string template, string marked)
    {
        Text text = JinjaTemplate.Parse(template).Execute(
            new Dictionary<string, object?> { ["u"] = Text.Input("u <|end|> ", 0) }, TimeProvider.System, CancellationToken.None);
        string found = text.Value;
        foreach (InputSpan span in text.Inputs.Reverse())
        {
            found = found.Insert(span.End, "]").Insert(span.Start, "[");
        }

        found.Replace("][", "", StringComparison.Ordinal).ShouldBe(marked.Replace("][", "", StringComparison.Ordinal));
    }

    private static Text Execute(string template, JsonElement one = default)
    {
        Dictionary<string, object?> values = [];
        foreach (JsonElement source in (JsonElement[])[_file, one])
        {
            if (source.ValueKind == JsonValueKind.Object && source.TryGetProperty("values", out JsonElement given))
            {
                given.EnumerateObject().ToList().ForEach(value => values[value.Name] = JsonValues.Of(value.Value, 0));
            }
        }

        return JinjaTemplate.Parse(template).Execute(values, TimeProvider.System, CancellationToken.None);
    }

    private static JsonElement Read()
    {
        using Stream stream = typeof(JinjaTemplateTests).Assembly.GetManifestResourceStream("cases.json")!;
        return JsonDocument.Parse(stream).RootElement;
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
