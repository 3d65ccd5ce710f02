using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Messaging;

/// <summary>The lanes that this process consumes: those it was told to, of those it can do.</summary>
public sealed class ConsumedLanes
{
    // --Lanes=emotion,feedback on a command line; the same under Worker:Lanes where a list is written as one value.
    private static readonly string[] ListKeys = [LaneOptions.Section, $"{WorkerOptions.Section}:{nameof(WorkerOptions.Lanes)}"];

    public ConsumedLanes(JobHandlers handlers, IOptions<WorkerOptions> options, IConfiguration configuration)
    {
        var possible = handlers.Lanes;
        var wanted = ListKeys.Select(key => configuration[key]).FirstOrDefault(list => !string.IsNullOrWhiteSpace(list)) is { } list
            ? list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : options.Value.Lanes;
        if (wanted.Except(possible).FirstOrDefault() is { } unknown)
        {
            throw new StartupException(
                $"Worker:Lanes names '{unknown}', which this worker can not do. Its lanes are {string.Join(", ", possible)}.");
        }

        Names = wanted.Count > 0 ? [.. wanted.Distinct()] : possible;
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether jobs of this kind come to this process, in either lane.</summary>
    public bool Include(string kind) => JobCatalog.TryFind(kind, out var found) && found.Lanes.Intersect(Names).Any();
}
