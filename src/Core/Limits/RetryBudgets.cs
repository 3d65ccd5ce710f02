using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Clients;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Limits;

/// <summary>Which of many jobs that are accepted anew do not fit the budgets of their clients.</summary>
public sealed class RetryBudgets(NpgsqlDataSource dataSource, ClientStore clients, Budgets budgets, IOptions<LimitOptions> defaults)
{
    // Others were accepted while their client had no budget, and take nothing of one now.
    private const string Find = $"""
        select id, client_id as ClientId, budget_tokens as Tokens from jobs
         where id = any(@Ids) and budget_tokens is not null and {JobStore.IsRetryable} order by id
        """;

    /// <summary>What those of the jobs would take whose clients have budgets; nothing is locked for it.</summary>
    internal async Task<RetryCost> CostAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        var jobs = await dataSource.QueryAsync<PricedJob>(Find, new { Ids = ids }, cancellationToken);
        var limits = new Dictionary<Guid, ClientLimits>();
        foreach (var clientId in jobs.Select(job => job.ClientId).Distinct())
        {
            limits[clientId] = (await clients.FindLimitsAsync(clientId, cancellationToken)).Over(defaults.Value.ToLimits());
        }

        return new([.. jobs.Where(job => limits[job.ClientId].HasBudget)], limits);
    }

    /// <summary>Locks the budgets until the transaction ends, and returns the jobs that they do not hold, each with its limit.</summary>
    internal async Task<IReadOnlyDictionary<Guid, LimitReached>> LockAsync(NpgsqlConnection connection, RetryCost cost, CancellationToken cancellationToken)
    {
        if (cost.Jobs is [])
        {
            return new Dictionary<Guid, LimitReached>();
        }

        var locked = await budgets.LockAsync(connection, cost.Jobs.Select(job => job.ClientId), cancellationToken);
        return cost.Jobs
            .Select(job => (job.Id, Reached: locked.TrySpend(job.ClientId, cost.Limits[job.ClientId], job.Tokens)))
            .Where(job => job.Reached is not null)
            .ToDictionary(job => job.Id, job => job.Reached!);
    }
}

/// <param name="Jobs">Oldest first.</param>
internal sealed record RetryCost(IReadOnlyList<PricedJob> Jobs, IReadOnlyDictionary<Guid, ClientLimits> Limits)
{
    /// <summary>Of jobs whose clients have no budgets.</summary>
    public static readonly RetryCost Nothing = new([], new Dictionary<Guid, ClientLimits>());
}

/// <param name="Tokens">What the job was expected to take when it was accepted.</param>
internal sealed record PricedJob(Guid Id, Guid ClientId, int Tokens);
