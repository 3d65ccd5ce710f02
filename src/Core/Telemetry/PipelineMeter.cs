using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Telemetry;

/// <summary>
/// Gauges of what only the database knows: recurring tasks, due webhooks, budgets and, where an operator wants them, clients. Runs
/// only where metrics are exported. Every process that runs it tells the same: take the maximum over processes.
/// </summary>
internal sealed class PipelineMeter : LoopService
{
    private readonly TelemetryStore _store;
    private readonly TelemetryOptions _options;
    private readonly Meter _meter = new(JobMeter.Name);
    private volatile TelemetrySample _sample = new();

    public PipelineMeter(TelemetryStore store, IOptions<TelemetryOptions> options, TimeProvider time, ILogger<PipelineMeter> logger)
        : base(time, logger)
    {
        _store = store;
        _options = options.Value;
        Gauge("pipeline.task.age", "s", "Since the last success of a recurring task.", sample => sample.Tasks.Select(task => Of(task.AgeSeconds, ("task", task.Id))));
        Gauge("pipeline.task.failed", null, "1 where the last run of a recurring task did not succeed.", sample => sample.Tasks.Select(task => Of(task.IsFailed ? 1 : 0, ("task", task.Id))));
        Gauge("pipeline.task.late", "s", "By how much the next run of a recurring task is overdue; negative before it is.", sample => sample.Tasks.Select(task => Of(task.LateSeconds, ("task", task.Id))));
        Gauge("pipeline.webhook.due", "{delivery}", "Webhooks that are due and not delivered.", sample => [Of(sample.Webhooks.Pending)]);
        Gauge("pipeline.webhook.late", "s", "How long the first of them has been due.", sample => [Of(sample.Webhooks.LateSeconds)]);
        Gauge("pipeline.budget.fullest", null, "What is used of the fullest budget of any client, as a part of 1.", Fullest);
        if (_options.Clients)
        {
            Gauge("pipeline.client.budget", null, "What is used of a client's budget, as a part of 1.", sample => sample.Budgets.Select(budget => Of(budget.Used, ("client", budget.Client), ("period", budget.Period))));
            Gauge("pipeline.client.jobs", "{job}", "Jobs of a client that wait or are in flight.", sample => sample.Waiting.Select(jobs => Of(jobs.Jobs, ("client", jobs.Client), ("state", jobs.State))));
            Gauge("pipeline.client.jobs.today", "{job}", "Measured jobs of a client since midnight (UTC).", sample => sample.Used.Select(use => Of(use.Jobs, ("client", use.Client))));
            Gauge("pipeline.client.tokens.today", "{token}", "Tokens of a client since midnight (UTC).", sample => sample.Used.SelectMany(Tokens));
        }
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            _sample = await _store.ReadAsync(_options.Clients, stoppingToken);
            RoundDone();
            await Task.Delay(_options.SampleInterval, Time, stoppingToken);
        }
    }

    private static IEnumerable<Measurement<double>> Fullest(TelemetrySample sample) =>
        sample.Budgets.GroupBy(budget => budget.Period).Select(period => Of(period.Max(budget => budget.Used), ("period", period.Key)));

    private static IEnumerable<Measurement<double>> Tokens(ClientUse use) =>
    [
        Of(use.Input, ("client", use.Client), ("type", "input")),
        Of(use.Cached, ("client", use.Client), ("type", "cached")),
        Of(use.Output, ("client", use.Client), ("type", "output")),
    ];

    private static Measurement<double> Of(double value, params (string Key, string Value)[] tags) =>
        new(value, tags.Select(tag => new KeyValuePair<string, object?>(tag.Key, tag.Value)));

    private void Gauge(string name, string? unit, string description, Func<TelemetrySample, IEnumerable<Measurement<double>>> values) =>
        _meter.CreateObservableGauge(name, () => values(_sample), unit, description);
}
