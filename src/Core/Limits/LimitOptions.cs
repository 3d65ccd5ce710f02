using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Limits;

/// <summary>Limits of every client that has no other of its own (<c>PATCH /api/keys/NAME</c>). Section <c>Limits</c>; by default there are none.</summary>
public sealed class LimitOptions
{
    public const string Section = "Limits";

    internal const int CountMax = 100_000_000;
    internal const long TokensMax = 1_000_000_000_000_000;

    /// <summary>Requests of a client in a minute (UTC); further ones are answered 429. 1 to 100,000,000, default none.</summary>
    [Range(1, CountMax)]
    public int? RequestsPerMinute { get; init; }

    /// <summary>Jobs of a client that are with the broker or a worker at once; further ones wait in the database. 1 to 100,000,000, default none.</summary>
    [Range(1, CountMax)]
    public int? JobsInFlight { get; init; }

    /// <summary>Jobs of a client that may wait in the database; further ones are answered 429. 1 to 100,000,000, default none.</summary>
    [Range(1, CountMax)]
    public int? WaitingJobs { get; init; }

    /// <summary>Tokens, in and out, of the jobs of a client that are accepted in a day (UTC); further ones are answered 429. Default none.</summary>
    [Range(1, TokensMax)]
    public long? TokensPerDay { get; init; }

    /// <summary>The same of a calendar month (UTC). Default none.</summary>
    [Range(1, TokensMax)]
    public long? TokensPerMonth { get; init; }

    /// <summary>Jobs in one batch of a client; larger ones are answered 400. 1 to 100,000,000, default none, so that Api:BatchItemsMax decides.</summary>
    [Range(1, CountMax)]
    public int? BatchJobs { get; init; }

    /// <summary>As those of a client.</summary>
    public ClientLimits ToLimits() => new()
    {
        RequestsPerMinute = RequestsPerMinute,
        JobsInFlight = JobsInFlight,
        WaitingJobs = WaitingJobs,
        TokensPerDay = TokensPerDay,
        TokensPerMonth = TokensPerMonth,
        BatchJobs = BatchJobs,
    };
}

[OptionsValidator]
internal sealed partial class LimitOptionsValidator : IValidateOptions<LimitOptions>;
