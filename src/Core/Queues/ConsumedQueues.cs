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

    public ConsumedQueues(
        JobHandlers handlers, JobCatalog catalog, IOptions<WorkerOptions> options, IConfiguration configuration, IEnumerable<IWriterCheck> writers)
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

        string[] told = wanted.Count > 0 ? [.. wanted.Distinct()] : [.. possible];
        MissingWriters = writers.Where(writer => writer.MissingSetting is not null && catalog.TryFind(writer.Kind, out var kind) && kind.Queues.Intersect(told).Any())
            .ToDictionary(writer => writer.Kind, writer => writer.MissingSetting!);
        var left = catalog.All.Where(kind => MissingWriters.ContainsKey(kind.Name)).SelectMany(kind => kind.Queues).ToHashSet();
        Names = [.. told.Where(queue => !left.Contains(queue))];
        if (told.Length > 0 && Names.Count is 0)
        {
            throw new StartupException($"No queue is left to this worker ({string.Join(", ", told)}). {WriterRemedy.For(MissingWriters.Keys.First(), MissingWriters.Values.First())}");
        }
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Kinds that it was told to take and leaves to other workers, because its model cannot write; by kind the setting that has to name another.</summary>
    public IReadOnlyDictionary<string, string> MissingWriters { get; }

    /// <summary>Whether jobs of this kind come to this process, in either queue.</summary>
    public bool Include(string kind) => _catalog.TryFind(kind, out var found) && found.Queues.Intersect(Names).Any();
}
