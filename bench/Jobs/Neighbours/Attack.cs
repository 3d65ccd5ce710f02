namespace Pipeline.Bench.Jobs.Neighbours;

/// <summary>Something that a hostile client does for as long as it is let.</summary>
/// <param name="Name">Of its row; bench/README.md explains it.</param>
/// <param name="RunAsync">Ends with its token.</param>
internal sealed record Attack(string Name, Func<Hostile, CancellationToken, Task> RunAsync)
{
    public static IReadOnlyList<Attack> All { get; } =
    [
        new("pages", DocumentAttacks.PagesAsync),
        new("documents", DocumentAttacks.DocumentsAsync),
        new("schemas", FloodAttacks.SchemasAsync),
        new("requests", FloodAttacks.RequestsAsync),
        new("batches", FloodAttacks.BatchesAsync),
        new("conversations", FloodAttacks.ConversationsAsync),
        new("begun", HeldAttacks.BegunAsync),
        new("streams", HeldAttacks.StreamsAsync),
        new("readers", HeldAttacks.ReadersAsync),
        new("writers", HeldAttacks.WritersAsync),
        new("poison", FloodAttacks.PoisonAsync),
        new("webhooks", FloodAttacks.WebhooksAsync),
    ];
}
