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
        var folder = Directory.CreateTempSubdirectory("pipeline-dump-").FullName;
        try
        {
            await RunUntilDumpedAsync(original, settings, folder);
            await using var restored = await RestoreAsync(folder);
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
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Jobs come, run and end while the dump is taken, and go on afterwards.</summary>
    private static async Task RunUntilDumpedAsync(PostgresDatabase database, Dictionary<string, string?> settings, string folder)
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
        var dumping = ServerTool.RunDocumentedAsync("pg_dump ", database.ConnectionString, folder);
        for (var i = 0; i < Jobs / 4; i++)
        {
            await pipeline.SubmitAsync($"meanwhile {i}");
        }

        await dumping;
        gate.Release(Jobs / 4);
        await Eventually.TrueAsync(async () => (await CountAsync(database)).GetValueOrDefault(JobState.Succeeded) >= Jobs / 2);
    }

    /// <summary>As the page says: into a new database.</summary>
    private static async Task<PostgresDatabase> RestoreAsync(string folder)
    {
        var restored = await PostgresDatabase.CreateAsync();
        NpgsqlConnection.ClearAllPools();
        await using (var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(restored.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString))
        {
            await connection.ExecuteAsync($"drop database \"{new NpgsqlConnectionStringBuilder(restored.ConnectionString).Database}\" with (force)");
        }

        await ServerTool.RunDocumentedAsync("createdb ", restored.ConnectionString, folder);
        await ServerTool.RunDocumentedAsync("pg_restore ", restored.ConnectionString, folder, "--no-privileges");
        return restored;
    }

    private static async Task<Dictionary<string, int>> CountAsync(PostgresDatabase database)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<(string State, int Count)>("select state, count(*)::int from jobs group by state")).ToDictionary(row => row.State, row => row.Count);
    }
}
