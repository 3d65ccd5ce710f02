using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Attempts;

/// <summary>
/// Stopping to fetch and stopping to work are two signals: the bus stops fetching at once, and running jobs may go on for
/// <see cref="WorkerOptions.DrainTimeout"/> before they are given back.
/// </summary>
internal sealed class WorkerDrain : IDisposable
{
    private readonly CancellationTokenSource _expired = new();
    private readonly CancellationTokenRegistration _stopping;

    public WorkerDrain(IHostApplicationLifetime lifetime, IOptions<WorkerOptions> options)
    {
        Stopping = lifetime.ApplicationStopping;
        _stopping = lifetime.ApplicationStopping.Register(() => _expired.CancelAfter(options.Value.DrainTimeout));
    }

    /// <summary>Canceled when a stop was asked for: nothing more is started.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Canceled when the time to drain is over.</summary>
    public CancellationToken Expired => _expired.Token;

    public void Dispose()
    {
        _stopping.Dispose();
        _expired.Dispose();
    }
}
