using Pipeline.Chaos;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Alone: its processes and restarts would take the time that other tests wait for.</summary>
[CollectionDefinition(nameof(ChaosTests), DisableParallelization = true)]
public sealed class ChaosCollection;

[Collection(nameof(ChaosTests))]
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_121;

    [Fact]
    public async Task Every_accepted_job_ends_once_whatever_fails_and_even_when_the_broker_loses_its_data()
    {
        var options = new ChaosOptions
        {
            Jobs = 1_500,
            Seed = Seed,
            FaultEvery = TimeSpan.FromSeconds(1.2),
            Rounds = 1,
            LosesBroker = true,
            DurationMax = TimeSpan.FromMinutes(20),
            Servers = PrivateServers.NewDirectory(),
            Logs = RepositoryFiles.Path(".local", "chaos", "test-logs"),
        };
        await using var progress = new StringWriter();
        try
        {
            var report = await new ChaosRun(options, TextWriter.Synchronized(progress)).RunAsync(TestContext.Current.CancellationToken);

            output.WriteLine(report.ToJson().ToJsonString());
            report.Verdict.Problems.ShouldBeEmpty();
            report.Verdict.Accepted.ShouldBe(options.Jobs);
            report.Faults.Count.ShouldBe(19);
        }
        finally
        {
            output.WriteLine($"seed {Seed}, logs in {options.Logs}\n{progress}");
        }
    }
}
