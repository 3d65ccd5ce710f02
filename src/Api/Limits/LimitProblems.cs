using Pipeline.Api.Problems;
using Pipeline.Core.Clients;
using Pipeline.Core.Limits;

namespace Pipeline.Api.Limits;

/// <summary>What a client is told that has reached one of its limits: which, how far it is, and what to do.</summary>
internal static class LimitProblems
{
    public static Problem Of(LimitReached reached, Client client) => new(
        ProblemType.LimitReached, $"{Facts(reached, client.Name)}, or ask an admin for more (PATCH /api/keys/{client.Name}, Limits:{Option(reached.Name)}).")
    {
        Limit = new(reached.Name, reached.Current, reached.Max),
        RetryAfter = reached.RetryAfter,
    };

    private static string Facts(LimitReached reached, string name) => reached.Name switch
    {
        LimitName.RequestsPerMinute => $"requests_per_minute of '{name}' is used up: {reached.Max} requests in this minute. Send again in the next one",
        LimitName.WaitingJobs => $"waiting_jobs of '{name}' is reached: {reached.Current} jobs wait, at most {reached.Max} may, and this brings {reached.Wanted}. Send again when some are done",
        LimitName.TokensPerDay => $"tokens_per_day of '{name}' is used up: {Tokens(reached)}. Send again when the next day (UTC) begins",
        LimitName.TokensPerMonth => $"tokens_per_month of '{name}' is used up: {Tokens(reached)}. Send again when the next month (UTC) begins",
        _ => throw new InvalidOperationException($"{reached.Name} refuses nothing."),
    };

    private static string Tokens(LimitReached reached) =>
        $"{reached.Current} of {reached.Max} tokens are used or reserved for jobs that have not ended, and this takes about {reached.Wanted}";

    private static string Option(string name) => string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
