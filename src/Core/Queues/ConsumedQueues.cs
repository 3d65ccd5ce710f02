using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Queues;

/// <summary>The queues that this process consumes: those it was told to, of those it can do.</summary>
public sealed class ConsumedQueues
{
    // --queues=emotion,feedback on a command line; the same under Worker:Queues where a list is written as one value.
    private static readonly string[] ListKeys = [QueueOptions.Section, $"{WorkerOptions.Section}:{nameof(WorkerOptions.Queues)}"];

    private readonly JobCatalog _catalog;

    public ConsumedQueues(JobHandlers handlers, JobCatalog catalog, IOptions<WorkerOptions> options, IConfiguration configuration)
    {
        _catalog = catalog;
        var possible = handlers.Queues;
        var wanted = ListKeys.Select(key => configuration[key]).FirstOrDefault(list => !string.IsNullOrWhiteSpace(list)) is { } list
            ? list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : options.Value.Queues;
        if (wanted.Except(possible).FirstOrDefault() is { } unknown)
        {
            throw new StartupException(
                $"Worker:Queues names '{unknown}', which this worker cannot do. Its queues are {string.Join(", ", possible)}.");
        }

        Names = wanted.Count > 0 ? [.. wanted.Distinct()] : possible;
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether jobs of this kind come to this process, in either queue.</summary>
    public bool Include(string kind) => _catalog.TryFind(kind, out var found) && found.Queues.Intersect(Names).Any();
}
