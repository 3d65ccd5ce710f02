using System.Diagnostics.Metrics;
using Pipeline.Core.Hosting;
using Pipeline.Core.Queues;

namespace Pipeline.Core.Telemetry;

/// <summary>
/// The last sample of every queue as gauges. Every process that accepts jobs tells the same, so take the maximum over processes
/// and never the sum.
/// </summary>
internal sealed class QueueMeter(QueueStatistics statistics) : StartupStep, IDisposable
{
    private Meter? _meter;

    public override Task StartingAsync(CancellationToken cancellationToken)
    {
        _meter = new(JobMeter.Name);
        _meter.CreateObservableGauge("pipeline.queue.jobs", Jobs, "{job}", "Jobs by what they do: waiting, dispatched (with the broker, or a worker that starts them next) or running.");
        Gauge("pipeline.queue.oldest.age", "s", "How long the job at the head has waited.", queue => queue.OldestSeconds ?? 0);
        Gauge("pipeline.queue.workers", "{worker}", "Living workers.", queue => queue.Workers);
        Gauge("pipeline.queue.slots", "{job}", "Jobs that living workers run at once.", queue => queue.Slots);
        Gauge("pipeline.queue.depth.max", "{job}", "Jobs that may wait.", queue => queue.DepthMax);
        Gauge("pipeline.queue.clients", "{client}", "Clients with jobs that are not dispatched yet.", queue => queue.ClientsWaiting);
        Gauge("pipeline.queue.paused", null, "1 while an operator holds the queue back.", queue => queue.IsPaused ? 1 : 0);
        Gauge("pipeline.dispatch.lag", "s", "How long jobs have waited in the database although workers have room for them.", queue => queue.LagSeconds);
        return Task.CompletedTask;
    }

    public void Dispose() => _meter?.Dispose();

    private void Gauge(string name, string? unit, string description, Func<QueueStatus, double> value) =>
        _meter!.CreateObservableGauge(
            name,
            () => statistics.Current.Select(queue => new Measurement<double>(value(queue), new KeyValuePair<string, object?>("queue", queue.Queue))),
            unit,
            description);

    private IEnumerable<Measurement<int>> Jobs() => statistics.Current.SelectMany(queue => new[]
    {
        Of(queue, "waiting", queue.Depth - queue.Dispatched),
        Of(queue, "dispatched", queue.Dispatched),
        Of(queue, "running", queue.Running),
    });

    private static Measurement<int> Of(QueueStatus queue, string state, int jobs) => new(jobs, new("queue", queue.Queue), new("state", state));
}
