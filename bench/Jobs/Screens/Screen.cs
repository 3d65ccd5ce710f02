using System.Globalization;
using Dapper;
using Npgsql;
using Pipeline.Core.Jobs;

namespace Pipeline.Bench.Jobs.Screens;

/// <summary>A screen with filters, by its name in the results.</summary>
/// <param name="Form">What is sent; null: it is opened by its address alone.</param>
internal sealed record Screen(string Name, string Path, IReadOnlyList<KeyValuePair<string, string>>? Form = null)
{
    private const string Samples = """
        select (select id from jobs where client_id = @Client and id >= @Deep and kind = 'emotion' and state = 'succeeded' order by id limit 1) as Emotion,
               (select id from jobs where client_id = @Client and id >= @Deep and kind = 'chat' and state = 'succeeded' order by id limit 1) as Chat,
               (select id from jobs where client_id = @Client and id >= @Deep and state = 'failed' order by id limit 1) as Failed,
               (select id from jobs where client_id = @Client and id >= @Newest and state = 'queued' order by id limit 1) as Waiting,
               (select resubmitted_from from jobs where resubmitted_from is not null limit 1) as Repeated,
               (select id from prompts order by id limit 1) as Prompt
        """;

    /// <summary>Every screen, as an operator sees it with the jobs of all clients, or as a client sees its own.</summary>
    public static async Task<IReadOnlyList<Screen>> AllAsync(NpgsqlDataSource database, Guid client, bool isOperator, TimeProvider time, CancellationToken cancellationToken)
    {
        DateTimeOffset today = new(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        (DateTimeOffset middle, DateTimeOffset yesterday) = (today.AddDays(-MonthOfJobs.Days / 2).AddHours(12), today.AddDays(-1));
        Guid deep = JobDays.Floor(middle);
        await using NpgsqlConnection connection = await database.OpenConnectionAsync(cancellationToken);
        Found found = await connection.QuerySingleAsync<Found>(new CommandDefinition(
            Samples, new { Client = client, Deep = deep, Newest = JobDays.Floor(yesterday) }, cancellationToken: cancellationToken));
        string whose = isOperator ? "client=*&" : "";
        string hour = string.Create(CultureInfo.InvariantCulture, $"created_after={middle:yyyy-MM-dd'T'HH:mm:ss'Z'}&created_before={middle.AddHours(1):yyyy-MM-dd'T'HH:mm:ss'Z'}");
        return
        [
            new("overview", "/"),
            Jobs("first", ""), Jobs("deep", $"before={deep}"), Jobs("failed", "state=failed"), Jobs("failed.deep", $"state=failed&before={deep}"), Jobs("queued", "state=queued"),
            Jobs("running", "state=running"), Jobs("kind", "kind=feedback&state=succeeded"), Jobs("queue", "queue=chat-bulk"), Jobs("code", "error_code=timeout"), Jobs("code.none", "error_code=quarantined"),
            Jobs("model", "model=qwen2.5-7b"), Jobs("model.none", "model=absent"), Jobs("hour", hour), Jobs("hour.failed", "state=failed&" + hour),
            Jobs("id", $"id_or_key={found.Chat}"), Jobs("id.beginning", $"id_or_key={found.Chat.ToString()[..8]}"), Jobs("id.end", $"id_or_key={found.Waiting.ToString()[^8..]}"),
            Jobs("id.end.none", "id_or_key=ffffffffffff"),
            .. isOperator
                ? [Jobs("one", "", "client-7"), Jobs("one.failed", "state=failed&error_code=timeout", "client-7"), new("workers", "/workers"), new("keys", "/keys"), new("audit", "/audit")]
                : (Screen[])[Jobs("key", "id_or_key=order-12"), Jobs("user", "user=user-7"), Jobs("user.failed", "user=user-7&state=failed"), Jobs("repeats", $"resubmitted_from={found.Repeated}"),
                    Jobs("batch", $"batch={JobDays.Floor(yesterday)}&state=failed"), new("batch", $"/batches/{JobDays.Floor(yesterday)}"), new("job.repeated", $"/jobs/{found.Repeated}"),
                    new("try.from", $"/try/chat?from={found.Chat}")],
            new("job.emotion", $"/jobs/{found.Emotion}"), new("job.chat", $"/jobs/{found.Chat}"), new("job.failed", $"/jobs/{found.Failed}"), new("job.waiting", $"/jobs/{found.Waiting}"),
            Preview("retry", "failed"), Preview("erase", "succeeded"), Preview("cancel", "queued"),
            new("actions", "/actions"), new("batches", "/batches"), new("try", "/try/chat"), new("documents", "/documents"), new("search", "/search?q=index&mode=words"),
            new("usage", "/usage"), new("usage.day", "/usage?by=day"), new("reports", "/reports"), new("prompts", "/prompts"), new("prompt", $"/prompts/{found.Prompt}"),
            new("webhooks", "/webhooks"), new("schedules", "/schedules"),
        ];

        Screen Jobs(string name, string filter, string? one = null) => new($"jobs.{name}", $"/jobs?{(one is null ? whose : $"client={one}&")}{filter}".TrimEnd('&', '?'));

        Screen Preview(string action, string state) => new(
            $"preview.{action}", "/jobs/preview", [KeyValuePair.Create("action", action), KeyValuePair.Create("state", state), .. isOperator ? [KeyValuePair.Create("client", "*")] : Array.Empty<KeyValuePair<string, string>>()]);
    }

    private sealed record Found
    {
        public Guid Emotion { get; init; }

        public Guid Chat { get; init; }

        public Guid Failed { get; init; }

        public Guid Waiting { get; init; }

        public Guid Repeated { get; init; }

        public Guid Prompt { get; init; }
    }
}
