namespace Pipeline.Core.Limits;

/// <summary>What a client may use; null: as much as it wants.</summary>
public record ClientLimits
{
    public static readonly ClientLimits None = new();

    public int? RequestsPerMinute { get; init; }

    /// <summary>Of its jobs, with the broker or a worker at once. Further ones wait.</summary>
    public int? JobsInFlight { get; init; }

    /// <summary>Of its jobs, in the database.</summary>
    public int? WaitingJobs { get; init; }

    /// <summary>Of jobs accepted in a day (UTC).</summary>
    public long? TokensPerDay { get; init; }

    /// <summary>Of jobs accepted in a month (UTC).</summary>
    public long? TokensPerMonth { get; init; }

    public int? BatchJobs { get; init; }

    public bool Any => this is not
    {
        RequestsPerMinute: null, JobsInFlight: null, WaitingJobs: null, TokensPerDay: null, TokensPerMonth: null, BatchJobs: null,
    };

    public bool HasBudget => TokensPerDay is not null || TokensPerMonth is not null;

    /// <summary>These, and where there is none, that of others.</summary>
    public ClientLimits Over(ClientLimits others) => new()
    {
        RequestsPerMinute = RequestsPerMinute ?? others.RequestsPerMinute,
        JobsInFlight = JobsInFlight ?? others.JobsInFlight,
        WaitingJobs = WaitingJobs ?? others.WaitingJobs,
        TokensPerDay = TokensPerDay ?? others.TokensPerDay,
        TokensPerMonth = TokensPerMonth ?? others.TokensPerMonth,
        BatchJobs = BatchJobs ?? others.BatchJobs,
    };
}

/// <summary>Limits by the names that the API, the command line and people use.</summary>
public static class LimitName
{
    public const string RequestsPerMinute = "requests_per_minute";
    public const string JobsInFlight = "jobs_in_flight";
    public const string WaitingJobs = "waiting_jobs";
    public const string TokensPerDay = "tokens_per_day";
    public const string TokensPerMonth = "tokens_per_month";
    public const string BatchJobs = "batch_jobs";

    /// <summary>Each with the largest number that it can be set to; the least is 1.</summary>
    public static IReadOnlyDictionary<string, long> Max { get; } = new Dictionary<string, long>
    {
        [RequestsPerMinute] = LimitOptions.CountMax,
        [JobsInFlight] = LimitOptions.CountMax,
        [WaitingJobs] = LimitOptions.CountMax,
        [TokensPerDay] = LimitOptions.TokensMax,
        [TokensPerMonth] = LimitOptions.TokensMax,
        [BatchJobs] = LimitOptions.CountMax,
    };
}

/// <summary>A limit that stands against a request.</summary>
/// <param name="Name">One of <see cref="LimitName"/>.</param>
/// <param name="Current">What is used of it.</param>
/// <param name="Max">What may be used.</param>
/// <param name="Wanted">What the request would use.</param>
/// <param name="RetryAfter">When there may be room again.</param>
public sealed record LimitReached(string Name, long Current, long Max, long Wanted, TimeSpan RetryAfter);
