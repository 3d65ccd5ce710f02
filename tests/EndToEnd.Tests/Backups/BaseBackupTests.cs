using Dapper;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests.Backups;

/// <summary>A copy of the whole server by pg_basebackup, made and restored by the commands of docs/operations.md.</summary>
public sealed class BaseBackupTests
{
    private const int Jobs = 40;

    [Fact]
    public async Task A_copy_that_was_taken_under_load_goes_on_under_a_newer_broker_and_an_older_one()
    {
        await using var servers = await PrivateServers.CreatePostgresAsync();
        if (servers.PostgresFolder is null)
        {
            return; // The server is a container, and its data are where only its engine reaches them.
        }

        // Two prefixes are two brokers. The older one still has what it was sent before, which is done by now, and nothing else.
        var settings = await SettingsAsync(servers);
        var older = settings["Broker:QueuePrefix"];
        List<Guid> accepted = [];
        await RunAsync(servers, settings, accepted, Jobs / 4);
        settings["Broker:QueuePrefix"] = TestPipeline.QueuePrefix();
        var newer = settings["Broker:QueuePrefix"];
        await RunAsync(servers, settings, accepted, Jobs + (Jobs / 4), () => ServerTool.RunDocumentedAsync("pg_basebackup ", servers));
        await ServerTool.RunDocumentedAsync("pg_verifybackup ", servers);
        var late = accepted[^1];

        foreach (var broker in (string?[])[newer, older])
        {
            await RestoreAsync(servers);
            settings["Postgres:ConnectionString"] = servers.Addresses.Postgres;
            settings["Broker:QueuePrefix"] = broker;
            var before = await StatesAsync(servers);
            before.Values.ShouldContain(JobState.Queued, "it was taken while jobs waited");
            before.Values.ShouldContain(JobState.Succeeded, "and after some had ended");
            accepted.Take(2 * Jobs).Except(before.Keys).ShouldBeEmpty("these were accepted before it began");
            before.Keys.ShouldNotContain(late, "it was accepted later");

            await using var pipeline = await TestPipeline.StartAsync(settings);
            await Eventually.TrueAsync(async () => (await StatesAsync(servers)).Values.All(state => state is JobState.Succeeded));
            (await pipeline.FinishAsync(await pipeline.SubmitAsync("after"))).State.ShouldBe(JobState.Succeeded);
            before.Keys.Except((await StatesAsync(servers)).Keys).ShouldBeEmpty();
        }
    }

    private static async Task<Dictionary<string, string?>> SettingsAsync(PrivateServers servers)
    {
        var settings = await TestPipeline.SettingsAsync(servers.Addresses.Postgres);
        settings["Relay:LostAfter"] = "00:00:02";
        settings["Worker:Lease"] = "00:00:03";
        settings["Queues:emotion:Prefetch"] = "4";
        return settings;
    }

    /// <summary>Jobs come and a part of them ends, before, while and after something is done. The rest is left to the broker.</summary>
    /// <param name="ended">How many end before it.</param>
    private static async Task RunAsync(PrivateServers servers, Dictionary<string, string?> settings, List<Guid> accepted, int ended, Func<Task>? meanwhile = null)
    {
        await using var pipeline = await TestPipeline.StartAsync(settings);
        var gate = new SemaphoreSlim(0);
        pipeline.Script.Run = HandlerScript.Behind(gate);
        await SubmitAsync(Jobs);
        await EndAsync(ended);
        if (meanwhile is not null)
        {
            var doing = meanwhile();
            await SubmitAsync(Jobs / 4);
            gate.Release(Jobs / 8);
            await doing;
            await SubmitAsync(Jobs / 4);
            await EndAsync(Jobs / 8);
        }

        async Task SubmitAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                accepted.Add(await pipeline.SubmitAsync($"text {accepted.Count}"));
            }
        }

        async Task EndAsync(int count)
        {
            var before = await CountEndedAsync();
            gate.Release(count);
            await Eventually.TrueAsync(async () => await CountEndedAsync() >= before + count);
        }

        async Task<int> CountEndedAsync() => (await StatesAsync(servers)).Values.Count(state => state is JobState.Succeeded);
    }

    private static async Task RestoreAsync(PrivateServers servers)
    {
        await servers.ControlAsync("stop", "postgres");
        await ServerTool.RunDocumentedAsync("mv \"$PGDATA\"", servers);
        await ServerTool.RunDocumentedAsync("cp ", servers);
        await servers.ControlAsync("start", "postgres");
    }

    private static async Task<Dictionary<Guid, string>> StatesAsync(PrivateServers servers)
    {
        // Not pooled: the server is another one each time.
        await using var connection = new NpgsqlConnection(servers.Addresses.Postgres + ";Pooling=false");
        return (await connection.QueryAsync<(Guid Id, string State)>("select id, state from jobs")).ToDictionary(row => row.Id, row => row.State);
    }
}
