using Dapper;
using Pipeline.Core.ActivityReports;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.ActivityReports;

public sealed class LatencyScaleTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public void No_latency_is_told_more_than_four_and_a_half_percent_off()
    {
        for (var milliseconds = 1.0; milliseconds < 1e8; milliseconds *= 1.013)
        {
            var told = LatencyScale.Milliseconds(LatencyScale.Step(milliseconds));
            Math.Abs((told / milliseconds) - 1).ShouldBeLessThan(0.0451, $"{milliseconds} ms");
        }
    }

    [Fact]
    public void Percentiles_are_those_of_the_counted_latencies()
    {
        var counts = Enumerable.Range(1, 1_000).GroupBy(value => LatencyScale.Step(value)).ToDictionary(step => step.Key, step => (long)step.Count());

        LatencyScale.Percentile(counts, 0.5)!.Value.ShouldBe(500, tolerance: 500 * 0.05);
        LatencyScale.Percentile(counts, 0.99)!.Value.ShouldBe(990, tolerance: 990 * 0.05);
        LatencyScale.Percentile(new Dictionary<int, long>(), 0.5).ShouldBeNull();
    }

    [Fact]
    public async Task Postgres_counts_by_the_same_scale()
    {
        double[] latencies = [0, 0.4, 1, 1.01, 2, 35.2, 999, 60_000, 3_600_000];
        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);

        (await connection.QueryAsync<int>(
            "select ceil(ln(greatest(ms, 1)) * 8 / ln(2::float8))::int from unnest(@Latencies) with ordinality as l (ms, place) order by place", new { Latencies = latencies }))
            .ShouldBe(latencies.Select(LatencyScale.Step));
    }
}
