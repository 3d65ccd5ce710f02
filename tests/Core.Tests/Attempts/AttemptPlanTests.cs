using Dapper;
using Pipeline.Core.Attempts;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Attempts;

/// <summary>Statistics of a quiet moment say that nothing waits and nothing runs. The plans must not believe it.</summary>
public sealed class AttemptPlanTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private readonly Guid[] _ids = [.. Enumerable.Range(0, 100).Select(_ => Guid.CreateVersion7())];

    [Theory]
    [InlineData(nameof(AttemptStore.Claim), AttemptStore.Claim)]
    [InlineData(nameof(AttemptStore.PoisonCandidates), AttemptStore.PoisonCandidates)]
    [InlineData(nameof(AttemptStore.Complete), AttemptStore.Complete)]
    [InlineData(nameof(AttemptStore.GiveBackUnknown), AttemptStore.GiveBackUnknown)]
    public async Task Jobs_are_looked_up_by_their_ids(string name, string sql) =>
        (await PlanAsync(sql)).ShouldContain("jobs_default_pkey", customMessage: name);

    [Fact]
    public async Task Results_are_not_compared_each_with_each() => (await PlanAsync(AttemptStore.Complete)).ShouldContain("Hash Join");

    private async Task<string> PlanAsync(string sql)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("""
            truncate jobs;
            insert into jobs (id, client_id, kind, queue, state, finished_at, input)
            select gen_random_uuid(), gen_random_uuid(), 'emotion', 'emotion', 'succeeded', now(), '{}' from generate_series(1, 20000);
            analyze jobs
            """);

        return string.Join('\n', await connection.QueryAsync<string>($"explain {sql}", new
        {
            Ids = _ids,
            WorkerId = Guid.Empty,
            PoisonCandidates = false,
            Attempts = _ids.Select(_ => 1).ToArray(),
            States = _ids.Select(_ => "succeeded").ToArray(),
            Results = _ids.Select(_ => "{}").ToArray(),
            ErrorCodes = new string?[_ids.Length],
            Errors = new string?[_ids.Length],
            Failures = new int[_ids.Length],
            DelaySeconds = new double?[_ids.Length],
            CacheKeys = new Guid?[_ids.Length],
            Tokens = new int?[_ids.Length],
            Traces = new string?[_ids.Length],
            Models = new string?[_ids.Length],
            Dispatches = _ids.Select((_, i) => (long)i).ToArray(),
            UsageClients = Array.Empty<Guid>(),
            UsageQueues = Array.Empty<string>(),
            UsageKinds = Array.Empty<string>(),
            UsageModels = Array.Empty<string>(),
            UsageJobs = Array.Empty<int>(),
            PromptTokens = Array.Empty<long>(),
            CachedTokens = Array.Empty<long>(),
            CompletionTokens = Array.Empty<long>(),
            WorkerSeconds = Array.Empty<double>(),
            Estimated = Array.Empty<double>(),
        }));
    }
}
