using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Messaging;

/// <summary>The lanes that this process consumes: those it was told to, of those it can do.</summary>
internal sealed class ConsumedLanes
{
    public ConsumedLanes(JobHandlers handlers, IOptions<WorkerOptions> options)
    {
        var possible = handlers.Lanes;
        var wanted = options.Value.Lanes;
        if (wanted.Except(possible).FirstOrDefault() is { } unknown)
        {
            throw new StartupException(
                $"Worker:Lanes names '{unknown}', which this worker can not do. Its lanes are {string.Join(", ", possible)}.");
        }

        Names = wanted.Count > 0 ? wanted : possible;
    }

    public IReadOnlyList<string> Names { get; }
}
