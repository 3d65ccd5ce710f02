using System.ComponentModel;
using Pipeline.Core.Limits;

namespace Pipeline.Api.Keys;

/// <summary>Limits as admins set them and clients see them.</summary>
[Description("What a client may use. Limits that there are not are absent.")]
internal sealed record LimitsResource
{
    [Description("Requests in a minute (UTC); further ones get 429.")]
    public int? RequestsPerMinute { get; init; }

    [Description("Jobs that are with the broker or a worker at once; further ones wait.")]
    public int? JobsInFlight { get; init; }

    [Description("Jobs that wait in the database; further ones get 429.")]
    public int? WaitingJobs { get; init; }

    [Description("Tokens, in and out, of the jobs that are accepted in a day (UTC); further ones get 429.")]
    public long? TokensPerDay { get; init; }

    [Description("The same of a calendar month (UTC).")]
    public long? TokensPerMonth { get; init; }

    [Description("Jobs in one batch; larger ones get 400.")]
    public int? BatchJobs { get; init; }

    /// <summary>Null when there are none.</summary>
    public static LimitsResource? Of(ClientLimits limits) => !limits.Any ? null : new()
    {
        RequestsPerMinute = limits.RequestsPerMinute,
        JobsInFlight = limits.JobsInFlight,
        WaitingJobs = limits.WaitingJobs,
        TokensPerDay = limits.TokensPerDay,
        TokensPerMonth = limits.TokensPerMonth,
        BatchJobs = limits.BatchJobs,
    };
}
