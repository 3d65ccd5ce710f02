using Dapper;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Postgres.Rights;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
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
                settings["Broker:QueuePrefix"] = TestPipeline.QueuePrefix();
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

    [Fact]
    public async Task Roles_with_users_of_their_own_go_on_after_a_restore_once_they_are_granted_their_rights_again()
    {
        await using var original = await PostgresDatabase.CreateAsync();
        var settings = await TestPipeline.SettingsAsync(original);
        settings["Worker:Lease"] = "00:00:05";
        var folder = Directory.CreateTempSubdirectory("pipeline-dump-").FullName;
        try
        {
            Guid waiting;
            await using (await DatabaseUsers.CreateAsync(original))
            await using (var pipeline = await TestPipeline.StartAsync(original, settings))
            {
                pipeline.Script.Run = HandlerScript.Behind(new SemaphoreSlim(0));
                waiting = await pipeline.SubmitAsync("It waits while the dump is taken.");
                await ServerTool.RunDocumentedAsync("pg_dump ", original.ConnectionString, folder);
            }

            // The users of the dump are gone, as on another server.
            await using var restored = await RestoreAsync(folder);
            await using var users = await DatabaseUsers.CreateWithoutRightsAsync(restored);
            (await MayReadJobsAsync(restored, users)).ShouldBeFalse();
            await users.GrantAsync();
            (await MayReadJobsAsync(restored, users)).ShouldBeTrue();
            settings["Relay:LostAfter"] = "00:00:02";
            await using var api = await RoleProcess.StartReadyAsync(
                "Api", new Dictionary<string, string?>(settings) { ["Postgres:ConnectionString"] = users.ConnectionString(DatabaseRole.Api) });
            await using var worker = await RoleProcess.StartReadyAsync(
                "Workers.Inference", new Dictionary<string, string?>(settings) { ["Postgres:ConnectionString"] = users.ConnectionString(DatabaseRole.Inference) });

            await Eventually.TrueAsync(async () => (await CountAsync(restored)).GetValueOrDefault(JobState.Succeeded) is 1);
            using var http = new HttpClient { BaseAddress = api.Address };
            (await http.GetStringAsync($"/api/jobs/{waiting}")).ShouldContain("emotion");
            (api.Output + api.Errors + worker.Output + worker.Errors).ShouldNotContain("permission denied");
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

    private static async Task<bool> MayReadJobsAsync(PostgresDatabase database, DatabaseUsers users)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<bool>("select has_table_privilege(@user, 'jobs', 'select')", new { user = users.Name(DatabaseRole.Api) });
    }

    private static async Task<Dictionary<string, int>> CountAsync(PostgresDatabase database)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<(string State, int Count)>("select state, count(*)::int from jobs group by state")).ToDictionary(row => row.State, row => row.Count);
    }
}
