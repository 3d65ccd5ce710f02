using System.Globalization;
using Pipeline.Core.Clients;
using Pipeline.Core.Limits;

namespace Pipeline.Api.Limits;

/// <summary>
/// Counts the requests of clients that have a limit, and tells those with any limit how far they are, in the headers of
/// draft-ietf-httpapi-ratelimit-headers. Others pass.
/// </summary>
internal sealed class LimitGate(RequestRates rates, ClientStandings standings, TimeProvider time) : IMiddleware
{
    public const string PolicyHeader = "RateLimit-Policy";
    public const string StateHeader = "RateLimit";

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var client = context.Features.Get<Client>();
        if (client is not { Limits: { Any: true } limits })
        {
            await next(context);
            return;
        }

        var rate = limits.RequestsPerMinute is { } max ? rates.Take(client.Id, max) : (RequestRate?)null;

        // As late as can be: by then it is known what the request has used. And not at once, because an answer that fails begins anew.
        context.Response.OnStarting(() =>
        {
            var (headers, now) = (context.Response.Headers, time.GetUtcNow());
            headers[PolicyHeader] = LimitHeaders.Policy(limits, now);
            if (LimitHeaders.State(limits, rate, standings.Known(client.Id), now) is { Length: > 0 } state)
            {
                headers[StateHeader] = state;
            }

            return Task.CompletedTask;
        });
        if (rate is { IsTaken: false, Reset: var reset })
        {
            await LimitProblems.Of(new(LimitName.RequestsPerMinute, limits.RequestsPerMinute!.Value, limits.RequestsPerMinute.Value, 1, reset), client).ExecuteAsync(context);
            return;
        }

        await standings.ReadAsync(client.Id, limits, context.RequestAborted);
        await next(context);
    }
}

/// <summary>The two fields: lists of strings with parameters (RFC 9651). Amounts other than requests have units of their own (<c>qu</c>).</summary>
internal static class LimitHeaders
{
    private const string Jobs = ";qu=\"jobs\"";
    private const string Tokens = ";qu=\"tokens\"";

    /// <summary>What may be used, in which window.</summary>
    public static string Policy(ClientLimits limits, DateTimeOffset now) => Join(
        Item(LimitName.RequestsPerMinute, limits.RequestsPerMinute, ";w=60"),
        Item(LimitName.TokensPerDay, limits.TokensPerDay, Tokens + ";w=86400"),
        Item(LimitName.TokensPerMonth, limits.TokensPerMonth, string.Create(CultureInfo.InvariantCulture, $"{Tokens};w={BudgetPeriod.LengthOfMonth(now).TotalSeconds}")),
        Item(LimitName.WaitingJobs, limits.WaitingJobs, Jobs),
        Item(LimitName.JobsInFlight, limits.JobsInFlight, Jobs),
        Item(LimitName.BatchJobs, limits.BatchJobs, Jobs));

    /// <summary>What is left of those that refuse requests, and for how long that holds.</summary>
    public static string State(ClientLimits limits, RequestRate? rate, ClientStanding standing, DateTimeOffset now) => Join(
        Left(LimitName.RequestsPerMinute, rate?.Left, rate?.Reset),
        Left(LimitName.TokensPerDay, limits.TokensPerDay - standing.Day, BudgetPeriod.RestOfDay(now)),
        Left(LimitName.TokensPerMonth, limits.TokensPerMonth - standing.Month, BudgetPeriod.RestOfMonth(now)),
        Left(LimitName.WaitingJobs, limits.WaitingJobs - standing.Waiting, null));

    private static string? Item(string name, long? quota, string parameters) =>
        quota is null ? null : string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={quota}{parameters}");

    private static string? Left(string name, long? left, TimeSpan? reset) => left is not { } rest ? null
        : string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r={Math.Max(0, rest)}") + (reset is { } time ? string.Create(CultureInfo.InvariantCulture, $";t={Math.Ceiling(time.TotalSeconds)}") : "");

    private static string Join(params IEnumerable<string?> items) => string.Join(", ", items.OfType<string>());
}
