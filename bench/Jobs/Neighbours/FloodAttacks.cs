using System.Text;
using System.Text.Json;

namespace Pipeline.Bench.Jobs.Neighbours;

/// <summary>Very much of what is allowed.</summary>
internal static class FloodAttacks
{
    private const int Connections = 32;
    private const int BatchJobs = 20_000;
    private const int Webhooks = 300;
    private const int Enum = 1_200;

    private static readonly TimeSpan _poisonEvery = TimeSpan.FromSeconds(5);
    private static readonly string _texts = JsonSerializer.Serialize(new { texts = Enumerable.Range(0, 16).Select(i => $"{i} {Stage.Text}") });

    /// <summary>Schemas that multiply out: each of 30 KB, no two the same.</summary>
    public static Task SchemasAsync(Hostile hostile, CancellationToken cancellationToken)
    {
        int sent = 0;
        return Hostile.RepeatAsync(8, _ => hostile.PostAsync("/api/chat/completions", Schema(Interlocked.Increment(ref sent)), cancellationToken), cancellationToken);
    }

    /// <summary>Single requests of 16 texts, each after the answer of the one before.</summary>
    public static Task RequestsAsync(Hostile hostile, CancellationToken cancellationToken) =>
        Hostile.RepeatAsync(Connections, _ => hostile.PostAsync("/api/emotion", _texts, cancellationToken), cancellationToken);

    /// <summary>Batches until their queue is full, and then on.</summary>
    public static Task BatchesAsync(Hostile hostile, CancellationToken cancellationToken)
    {
        byte[] batch = Encoding.UTF8.GetBytes(new StringBuilder().Insert(0, Sides.PipelineSide.Item + "\n", BatchJobs).ToString());
        return Hostile.RepeatAsync(8, _ => hostile.PostAsync("/api/jobs/batch", batch, "application/x-ndjson", cancellationToken), cancellationToken);
    }

    /// <summary>Conversations and interviews that nobody goes on with, and messages in them.</summary>
    public static Task ConversationsAsync(Hostile hostile, CancellationToken cancellationToken) => Hostile.RepeatAsync(
        16,
        async _ =>
        {
            string? made = await hostile.SendAsync(
                () => new(HttpMethod.Post, "/api/conversations") { Content = new StringContent("{}", Encoding.UTF8, "application/json") }, cancellationToken);
            if (made is not null && JsonDocument.Parse(made).RootElement.TryGetProperty("id", out JsonElement id))
            {
                await hostile.PostAsync($"/api/conversations/{id}/messages", JsonSerializer.Serialize(new { content = new string('x', 10_000) }), cancellationToken);
            }
        },
        cancellationToken);

    /// <summary>An input that ends the worker that runs it, and one that takes a core until its time is over, every five seconds.</summary>
    public static async Task PoisonAsync(Hostile hostile, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(_poisonEvery, TimeProvider.System);
        do
        {
            await hostile.PostAsync("/api/emotion", """{"text":"crash"}""", cancellationToken);
            await hostile.PostAsync("/api/emotion", """{"text":"loop"}""", cancellationToken);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    /// <summary>Jobs that are told to 300 URLs of a receiver that never answers.</summary>
    public static async Task WebhooksAsync(Hostile hostile, CancellationToken cancellationToken)
    {
        await hostile.SendAsync(() => new(HttpMethod.Post, "/api/webhooks/secrets"), cancellationToken);
        for (int i = 0; i < Webhooks; i++)
        {
            await hostile.PostAsync("/api/emotion", JsonSerializer.Serialize(new { text = $"{i}", callback_url = new Uri(hostile.Silent, $"/silent/{i}") }), cancellationToken);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    private static string Schema(int number) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["messages"] = new[] { new { role = "user", content = "x" } },
        ["max_tokens"] = 4,
        ["schema"] = new Dictionary<string, object>
        {
            ["$defs"] = new { a = new { @enum = Enumerable.Range(0, Enum).Select(i => $"a{number}x{i}").ToArray() } },
            ["oneOf"] = Enumerable.Range(0, 80).Select(i => new Dictionary<string, object> { ["allOf"] = Enumerable.Repeat(new Dictionary<string, string> { ["$ref"] = "#/$defs/a" }, 4).ToArray() }).ToArray(),
        },
    });
}
