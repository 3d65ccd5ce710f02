using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Fuzzing;

/// <summary>
/// Every operation of the OpenAPI document, by clients of every role, with bodies, paths, queries and headers that nobody meant. `bench/run fuzz`
/// sends more.
/// </summary>
public sealed class FuzzTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const int Requests = 3_000;
    private const int Seed = 1;

    // What is asked of this test by hand.
    private static readonly string? More = Environment.GetEnvironmentVariable("PIPELINE_FUZZ_REQUESTS");
    private static readonly string? OtherSeed = Environment.GetEnvironmentVariable("PIPELINE_FUZZ_SEED");
    private static readonly string? Only = Environment.GetEnvironmentVariable("PIPELINE_FUZZ_ONLY");
    private static readonly string? ReportFile = Environment.GetEnvironmentVariable("PIPELINE_FUZZ_REPORT");

    [Fact]
    public async Task No_request_is_answered_by_a_server_error_by_nothing_or_without_a_reason()
    {
        using RecordedLog log = new();
        await using var api = await ApiHost.StartAsync(
            database.ConnectionString,
            pipeline =>
            {
                ApiHost.AddScriptedWorkers(pipeline, new());
                log.Record(pipeline);
                pipeline.Services.Configure<LoggerFilterOptions>(options => options.MinLevel = LogLevel.Error);
            },
            ("Api:WaitMax", "00:00:01"),
            ("Api:CompletionWaitMax", "00:00:10"));
        List<string?> keys = [null, "pk_nobody"];
        foreach (var role in (Role[])[Role.Admin, Role.Admin, Role.Operator, Role.Client, Role.Client, Role.Client])
        {
            keys.Add(await api.AddKeyAsync($"fuzz-{keys.Count}", role));
        }

        var report = await new FuzzRun(api.Address, keys).RunAsync(Parse(OtherSeed, Seed), Parse(More, Requests), Only is null ? null : Parse(Only, 0), TestContext.Current.CancellationToken);
        if (ReportFile is not null)
        {
            await File.WriteAllTextAsync(ReportFile, JsonSerializer.Serialize(report), TestContext.Current.CancellationToken);
        }

        report.Faults.ShouldBeEmpty(string.Join('\n', log.Lines.Take(20).Select(line => line.Text)));
        if (Only is null)
        {
            report.Statuses.Where(status => status.Key is >= 200 and < 300).Sum(status => status.Value).ShouldBeGreaterThan(report.Requests / 50);
        }

        (await api.Client(keys[2]).GetAsync("/health")).Status.ShouldBe(200);
    }

    private static int Parse(string? value, int otherwise) => value is null ? otherwise : int.Parse(value, CultureInfo.InvariantCulture);
}
