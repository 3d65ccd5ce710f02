using Pipeline.Inference.Prompts.Jinja;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Tests.Prompts.Jinja;

/// <summary>A template comes with a file from anywhere: it may be wrong or hostile, but not take the process with it.</summary>
public sealed class JinjaLimitsTests
{
    private static readonly JinjaLimits _limits = new() { StepsMax = 200_000, TextLengthMax = 100_000, ElementsMax = 10_000 };

    [Theory]
    [InlineData("{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% set ns = namespace(a='xxxxxxxx') %}{% for i in range(99) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}", "characters")]
    [InlineData("{% set ns = namespace(a=[1]) %}{% for i in range(99) %}{% set ns.a = ns.a + ns.a %}{% endfor %}", "elements")]
    [InlineData("{% set ns = namespace(a=[]) %}{% for i in range(99) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a | tojson }}", "a")]
    [InlineData("{% set ns = namespace(a=[], b=[]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}", "steps")]
    [InlineData("{{ range(1000000000) }}", "elements")]
    [InlineData("{{ 'a' * 9000000000000000000 }}", "characters")]
    [InlineData("{{ [1] * 1000000000 }}", "elements")]
    [InlineData("{{ ('x' * 1000) | replace('', 'y' * 1000) }}", "characters")]
    [InlineData("{{ ('\n' * 50000) | indent('x' * 1000, true, true) }}", "characters")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "macros")]
    [InlineData("{{ 9 ** 9 ** 9 }}", "too large")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "too large")]
    [InlineData("{{ (0 - 9223372036854775807 - 1) // -1 }}", "too large")]
    [InlineData("{{ 99999999999999999999 }}", "too large")]
    public void Too_much_work_is_refused(string template, string limit) =>
        Should.Throw<JinjaException>(() => Execute(template)).Message.ShouldContain(limit);

    [Theory]
    [InlineData("{{ ", "(", "1", ")", " }}")]
    [InlineData("{{ ", "[", "1", "]", " }}")]
    [InlineData("{{ ", "not ", "1", "", " }}")]
    [InlineData("{{ ", "- ", "1", "", " }}")]
    [InlineData("{{ ", "1 + ", "1", "", " }}")]
    [InlineData("{{ ", "1 if ", "1", "", " }}")]
    [InlineData("{{ x", "[0]", "", "", " }}")]
    [InlineData("{{ x", "|string", "", "", " }}")]
    [InlineData("{{ x", " is string", "", "", " }}")]
    [InlineData("", "{% if 1 %}", "", "{% endif %}", "")]
    [InlineData("", "{% for i in [1] %}", "", "{% endfor %}", "")]
    public void Depth_never_overflows_the_stack(string start, string open, string core, string close, string end)
    {
        string template = start + string.Concat(Enumerable.Repeat(open, 20_000)) + core + string.Concat(Enumerable.Repeat(close, 20_000)) + end;
        Clean(template);
    }

    [Fact]
    public void Template_that_is_too_long_is_not_read() =>
        Should.Throw<JinjaException>(() => JinjaTemplate.Parse(new string('x', 300_000))).Message.ShouldContain("at most 262144");

    [Fact]
    public void Rendering_ends_with_its_caller() =>
        Should.Throw<OperationCanceledException>(() => JinjaTemplate.Parse("{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}")
            .Execute(new Dictionary<string, object?>(), TimeProvider.System, new CancellationToken(canceled: true)));

    [Theory]
    [InlineData("{{ ''.__class__.__mro__ }}")]
    [InlineData("{{ x.GetType() }}")]
    [InlineData("{{ range.__globals__ }}{{ range.Invoke(1) }}")]
    [InlineData("{{ d.update({'a': 1}) }}")]
    public void Nothing_of_the_host_is_reached(string template) => Should.Throw<JinjaException>(() => Execute(template));

    [Fact]
    public void Any_text_gives_a_prompt_or_a_clean_error()
    {
        string[] pieces =
        [
            "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "%", "*", "**", "~", "|", ".", ",", ":", "(", ")", "[", "]", "{", "}", "=", "==", "<", "'", "\"", "\\", "\n", " ",
            "if", "elif", "else", "endif", "for", "in", "endfor", "set", "endset", "macro", "endmacro", "call", "endcall", "raw", "endraw", "is", "not", "and", "or", "loop",
            "x", "l", "d", "ns", "namespace(a=1)", "ns.a", "range(3)", "messages", "0", "-1", "1.5", "'a'", "none", "true", "trim", "tojson", "join", "map('upper')", "sort", "length",
            "defined", "string", "items()", "split('a')", "{% if x %}", "{% endif %}", "{% for i in l %}", "{% endfor %}", "{{ x", "{{ l[", " }}", "caller()", "macro m(a) %}", "m(1)",
        ];
        int seed = Environment.TickCount;
        Random random = new(seed);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        for (int i = 0; i < 20_000; i++)
        {
            Clean(string.Join(random.Next(2) == 0 ? " " : "", random.GetItems(pieces, random.Next(1, 40))));
        }
    }

    /// <summary>Anything but a clean error fails the test.</summary>
    private static void Clean(string template)
    {
        try
        {
            Execute(template);
        }
        catch (JinjaException)
        {
        }
    }

    private static Text Execute(string template)
    {
        Dictionary<string, object?> values = new()
        {
            ["x"] = new Text("xyz"), ["l"] = new JinjaList([1L, new Text("b"), null]), ["d"] = new JinjaDict().Add("k", 2.5), ["ns"] = new Namespace(),
        };
        return JinjaTemplate.Parse(template, _limits).Execute(values, TimeProvider.System, CancellationToken.None);
    }
}
