using Pipeline.Core.Clients;

namespace Pipeline.Console.Parts;

/// <param name="Key">Opens it, after g.</param>
/// <param name="Lowest">The lowest role that finds anything there.</param>
internal sealed record Menu(string Path, string Name, char Key, Role Lowest = Role.Client)
{
    public static IReadOnlyList<Menu> Entries { get; } =
    [
        new("/", "Overview", 'o'),
        new("/jobs", "Jobs", 'j'),
        new("/actions", "Bulk actions", 'a'),
        new("/batches", "Batches", 'b'),
        new("/try", "Try it", 't'),
        new("/documents", "Documents", 'd'),
        new("/search", "Search", 'f'),
        new("/workers", "Workers and queues", 'w', Role.Operator),
        new("/usage", "Usage", 'u'),
        new("/keys", "Clients and keys", 'k', Role.Admin),
        new("/reports", "Reports", 'r'),
        new("/prompts", "Prompts", 'p'),
        new("/webhooks", "Webhooks", 'h'),
        new("/schedules", "Schedules", 's'),
        new("/audit", "Audit", 'l', Role.Operator),
    ];
}
