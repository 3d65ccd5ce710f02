using Npgsql;
using Pipeline.Core.Relay;
using Pipeline.Core.Usage;

namespace Pipeline.Core.Limits;

/// <summary>Whether jobs fit the budgets of their clients, and what they are expected to take.</summary>
public sealed class Budgets(KindCosts costs, ClientStandings standings, TimeProvider time)
{
    /// <summary>Makes the estimate of a job: its input, and what jobs of its kind took lately.</summary>
    internal async Task<Func<string, string, int>> EstimatesAsync(CancellationToken cancellationToken)
    {
        var costOf = await costs.ReadAsync(cancellationToken);
        return (kind, inputJson) => (int)Math.Ceiling(costOf(kind).Tokens(JobCost.Estimate(inputJson)));
    }

    /// <summary>The budget that does not hold so many tokens; null when all do.</summary>
    internal LimitReached? Reached(BudgetUse use, ClientLimits limits, long tokens) => limits.Reached(use, tokens, time.GetUtcNow());

    /// <summary>Locks the budgets of clients until the transaction ends.</summary>
    internal async Task<LockedBudgets> LockAsync(NpgsqlConnection connection, IEnumerable<Guid> clientIds, CancellationToken cancellationToken)
    {
        var uses = await BudgetStore.LockAsync(connection, [.. clientIds.Distinct()], cancellationToken);
        return new(uses, time.GetUtcNow());
    }

    /// <summary>Remembers what clients have used, to tell them.</summary>
    internal void Learn(LockedBudgets budgets)
    {
        foreach (var use in budgets.Uses)
        {
            standings.Learn(use);
        }
    }
}

/// <summary>Budgets that nobody else reserves from.</summary>
internal sealed class LockedBudgets(IReadOnlyList<BudgetUse> uses, DateTimeOffset now)
{
    private readonly Dictionary<Guid, BudgetUse> _uses = uses.ToDictionary(use => use.ClientId);

    /// <summary>What the clients have used and reserved, with what was counted in.</summary>
    public IReadOnlyCollection<BudgetUse> Uses => _uses.Values;

    /// <summary>Counts tokens in, or says which budget does not hold them.</summary>
    public LimitReached? TrySpend(Guid clientId, ClientLimits limits, long tokens)
    {
        var use = _uses[clientId];
        if (limits.Reached(use, tokens, now) is { } reached)
        {
            return reached;
        }

        _uses[clientId] = use with { Day = use.Day + tokens, Month = use.Month + tokens };
        return null;
    }
}

internal static class BudgetRule
{
    /// <summary>The budget that does not hold so many tokens; null when all do.</summary>
    public static LimitReached? Reached(this ClientLimits limits, BudgetUse use, long tokens, DateTimeOffset now) =>
        limits.TokensPerDay is { } day && use.Day + tokens > day ? new(LimitName.TokensPerDay, use.Day, day, tokens, BudgetPeriod.RestOfDay(now))
        : limits.TokensPerMonth is { } month && use.Month + tokens > month ? new(LimitName.TokensPerMonth, use.Month, month, tokens, BudgetPeriod.RestOfMonth(now))
        : null;
}

/// <summary>Days and months of budgets: of UTC.</summary>
public static class BudgetPeriod
{
    public static TimeSpan RestOfDay(DateTimeOffset now) => Day(now).AddDays(1) - now.UtcDateTime;

    public static TimeSpan RestOfMonth(DateTimeOffset now) => FirstDay(now).AddMonths(1) - now.UtcDateTime;

    public static TimeSpan LengthOfMonth(DateTimeOffset now) => FirstDay(now).AddMonths(1) - FirstDay(now);

    private static DateTime Day(DateTimeOffset now) => now.UtcDateTime.Date;

    private static DateTime FirstDay(DateTimeOffset now) => Day(now).AddDays(1 - Day(now).Day);
}
