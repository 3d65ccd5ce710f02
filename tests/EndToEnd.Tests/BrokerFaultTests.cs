using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>What a broker of our own does to its clients.</summary>
public sealed class BrokerFaultTests(PrivateSystem system) : IClassFixture<PrivateSystem>
{
    [Fact]
    public async Task An_alarm_of_the_broker_is_named_by_health_and_by_one_line_of_log_and_passes_by_itself()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        var log = new RecordedLog();
        await using var pipeline = await StartAsync(database, log);
        await pipeline.FinishAsync(await pipeline.SubmitAsync("before"));
        var health = pipeline.Services.GetRequiredService<HealthCheckService>();

        await system.Servers.SetMemoryLimitAsync(0.00001);
        await Eventually.TrueAsync(async () => (await health.CheckHealthAsync()).Status is HealthStatus.Degraded);
        var ids = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => pipeline.SubmitAsync($"text {i}")));
        (await health.CheckHealthAsync()).Entries["broker-alarm"].Description.ShouldNotBeNull().ShouldContain("low on memory");
        await system.Servers.SetMemoryLimitAsync(null);

        (await Task.WhenAll(ids.Select(pipeline.FinishAsync))).ShouldAllBe(job => job.State == JobState.Succeeded && job.Attempt == 1);
        await Eventually.TrueAsync(async () => (await health.CheckHealthAsync()).Status is HealthStatus.Healthy);
        log.Lines.Where(line => line.Level > LogLevel.Information && !line.Text.Contains("HealthChecks", StringComparison.Ordinal))
            .ShouldHaveSingleItem().Text.ShouldContain("RabbitMQ blocks publishers: low on memory");
        log.Count("RabbitMQ takes messages again").ShouldBe(1);
    }

    private async Task<TestPipeline> StartAsync(PostgresDatabase database, RecordedLog log, Action<Dictionary<string, string?>>? change = null)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Broker:Url"] = system.Servers.Addresses.Broker;
        change?.Invoke(settings);
        return await TestPipeline.StartAsync(database, settings, roles =>
        {
            roles.AddIntake().AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>();
            log.Record(roles);
        });
    }
}
