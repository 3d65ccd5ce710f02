using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.TestSupport.Services;
using YamlDotNet.RepresentationModel;

namespace Pipeline.EndToEnd.Tests.Telemetry;

public sealed partial class MetricsTests(MeasuredSystem system) : IClassFixture<MeasuredSystem>
{
    private static readonly string[] Outside = ["up", "ALERTS"];

    [Fact]
    public void Every_metric_that_a_dashboard_names_is_scraped_from_the_running_system()
    {
        var dashboards = Directory.GetFiles(RepositoryFiles.Path("deploy", "grafana"), "*.json");
        dashboards.Length.ShouldBe(4);
        foreach (var dashboard in dashboards)
        {
            var expressions = Expressions(JsonElement.Parse(File.ReadAllText(dashboard))).ToArray();
            expressions.ShouldNotBeEmpty(dashboard);
            AssertScraped(expressions, Path.GetFileName(dashboard));
        }
    }

    [Fact]
    public void Every_alert_names_metrics_that_are_scraped_and_has_a_paragraph_to_run_by()
    {
        var operations = File.ReadAllText(RepositoryFiles.Path("docs", "operations.md"));
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(RepositoryFiles.Path("deploy", "prometheus", "alerts.yml"))));
        var rules = ((YamlSequenceNode)yaml.Documents[0].RootNode["groups"]).SelectMany(group => (YamlSequenceNode)group["rules"]).Cast<YamlMappingNode>().ToArray();
        rules.Length.ShouldBeGreaterThanOrEqualTo(7);
        AssertScraped([.. rules.Select(rule => ((YamlScalarNode)rule["expr"]).Value!)], "alerts.yml");
        foreach (var rule in rules)
        {
            var name = ((YamlScalarNode)rule["alert"]).Value!;
            operations.ShouldContain($"**{name}**", customMessage: name);
            ((YamlScalarNode)rule["annotations"]["summary"]).Value.ShouldNotBeNullOrEmpty(name);
        }
    }

    [Fact]
    public Task Prometheus_accepts_the_rules() => PromTool.RunAsync("check", "rules", "alerts.yml");

    [Fact]
    public Task Prometheus_accepts_the_configuration_of_compose() => PromTool.RunAsync("check", "config", "prometheus.yml");

    [Fact]
    public Task Alerts_fire_when_they_should_and_not_before() => PromTool.RunAsync("test", "rules", "alerts.test.yml");

    [Fact]
    public Task Prometheus_finds_nothing_to_mend_in_our_metrics() => PromTool.RunAsync(
        string.Join('\n', system.Scrape.Split('\n').Where(line => Ours().IsMatch(line))) + "\n", ["check", "metrics"]);

    [Fact]
    public void The_form_of_OpenMetrics_has_the_series_and_an_end()
    {
        system.OpenMetrics.TrimEnd().ShouldEndWith("# EOF");
        var names = SeriesName().Matches(system.OpenMetrics).Select(match => match.Groups[1].Value).ToHashSet();
        names.ShouldContain("pipeline_jobs_accepted_total");
        names.ShouldContain("pipeline_job_duration_seconds_bucket");
        names.ShouldContain("pipeline_queue_jobs");
    }

    [Fact]
    public void No_series_has_the_name_of_a_client_where_that_is_off_and_none_has_an_id()
    {
        // Here it is on, and only the metrics of clients have it.
        var named = system.Scrape.Split('\n').Where(line => line.Contains("alice", StringComparison.Ordinal)).ToArray();
        named.ShouldNotBeEmpty();
        named.ShouldAllBe(line => line.StartsWith("pipeline_client_", StringComparison.Ordinal));
        system.Scrape.Split('\n').Where(line => !line.StartsWith('#') && !line.StartsWith("target_info", StringComparison.Ordinal))
            .Where(line => Id().IsMatch(line)).ShouldBeEmpty();
    }

    private void AssertScraped(IReadOnlyList<string> expressions, string where) =>
        expressions.SelectMany(expression => Metric().Matches(Labels().Replace(expression, "")).Select(match => match.Value))
            .Where(name => name.Contains('_', StringComparison.Ordinal) || Outside.Contains(name))
            .Where(name => !Functions().IsMatch(name)).Distinct()
            .Where(name => !Outside.Contains(name) && !system.Names.Contains(name))
            .ShouldBeEmpty(where);

    private static IEnumerable<string> Expressions(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
            property.Name is "expr" && property.Value.ValueKind is JsonValueKind.String ? [property.Value.GetString()!] : Expressions(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Expressions),
        _ => [],
    };

    [GeneratedRegex(@"[a-zA-Z_:][\w:]*")]
    private static partial Regex Metric();

    // What stands in braces, brackets and strings, and after by, on and their like, is no metric.
    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]|""[^""]*""|\b(?:by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Labels();

    [GeneratedRegex(@"^(?:histogram_quantile|count_values|label_replace|absent_over_time|max_over_time|min_over_time|avg_over_time|sum_over_time|clamp_min|clamp_max|group_left|group_right|day_of_week)$")]
    private static partial Regex Functions();

    [GeneratedRegex(@"^([a-z_]\w*)(?:\{| )", RegexOptions.Multiline)]
    private static partial Regex SeriesName();

    [GeneratedRegex("^(?:# [A-Z]+ )?(?:pipeline|gen_ai)_")]
    private static partial Regex Ours();

    [GeneratedRegex(@"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-")]
    private static partial Regex Id();
}
