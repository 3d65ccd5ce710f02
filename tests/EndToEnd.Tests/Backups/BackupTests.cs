using Dapper;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests.Backups;

public sealed class BackupTests
{
    private const int Jobs = 120;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_dump_that_was_taken_under_load_goes_on_under_a_newer_broker_and_an_empty_one(bool keepsBroker)
    {
        await using var original = await PostgresDatabase.CreateAsync();
        var settings = await TestPipeline.SettingsAsync(original);
        settings["Relay:LostAfter"] = "00:00:02";
        settings["Worker:Lease"] = "00:00:05";
        settings["Queues:emotion:Prefetch"] = "4";
        var dump = Path.Combine(Path.GetTempPath(), $"{Guid.CreateVersion7():N}.dump");
        try
        {
            await RunUntilDumpedAsync(original, settings, dump);
            await using var restored = await RestoreAsync(dump);
            if (!keepsBroker)
            {
                settings["Broker:QueuePrefix"] = $"t{Guid.CreateVersion7():N}"[..24] + ".";
            }

            settings["Postgres:ConnectionString"] = restored.ConnectionString;
            var before = await CountAsync(restored);
            before.Values.Sum().ShouldBeGreaterThan(0);
            before.GetValueOrDefault(JobState.Queued).ShouldBeGreaterThan(0, "the dump was taken while jobs waited");
            await using var pipeline = await TestPipeline.StartAsync(restored, settings);

            await Eventually.TrueAsync(async () => (await CountAsync(restored)).GetValueOrDefault(JobState.Succeeded) == before.Values.Sum());

            (await pipeline.FinishAsync(await pipeline.SubmitAsync("after"))).State.ShouldBe(JobState.Succeeded);
        }
        finally
        {
            File.Delete(dump);
        }
    }

    /// <summary>Jobs come, run and end while the dump is taken, and go on afterwards.</summary>
    private static async Task RunUntilDumpedAsync(PostgresDatabase database, Dictionary<string, string?> settings, string dump)
    {
        await using var pipeline = await TestPipeline.StartAsync(database, settings);
        var gate = new SemaphoreSlim(0);
        pipeline.Script.Run = HandlerScript.Behind(gate);
        for (var i = 0; i < Jobs; i++)
        {
            await pipeline.SubmitAsync($"text {i}");
        }

        gate.Release(Jobs / 4);
        await Eventually.TrueAsync(async () => (await CountAsync(database)).GetValueOrDefault(JobState.Succeeded) > 0);
        var dumping = ServerTool.RunAsync("pg_dump", database.ConnectionString, "--format=custom", $"--file={dump}");
        for (var i = 0; i < Jobs / 4; i++)
        {
            await pipeline.SubmitAsync($"meanwhile {i}");
        }

        await dumping;
        gate.Release(Jobs / 4);
        await Eventually.TrueAsync(async () => (await CountAsync(database)).GetValueOrDefault(JobState.Succeeded) >= Jobs / 2);
    }

    private static async Task<PostgresDatabase> RestoreAsync(string dump)
    {
        var restored = await PostgresDatabase.CreateAsync();
        await using (var connection = await restored.DataSource.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("drop schema public cascade; create schema public");
        }

        await ServerTool.RunAsync("pg_restore", restored.ConnectionString, $"--dbname={new NpgsqlConnectionStringBuilder(restored.ConnectionString).Database}", "--no-owner", "--exit-on-error", dump);
        return restored;
    }

    private static async Task<Dictionary<string, int>> CountAsync(PostgresDatabase database)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<(string State, int Count)>("select state, count(*)::int from jobs group by state")).ToDictionary(row => row.State, row => row.Count);
    }
}
