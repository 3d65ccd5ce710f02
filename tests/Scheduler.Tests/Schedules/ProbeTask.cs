using System.Threading.Channels;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Scheduler.Tests.Schedules;

/// <summary>A task that tells when it runs. Hosts of one test share it, as processes would share the database.</summary>
internal sealed class ProbeTask : IRecurringTask
{
    private readonly Channel<int> _runs = Channel.CreateUnbounded<int>();
    private int _started;

    public string Id { get; init; } = "probe";

    public string Description => "Counts its runs.";

    // New Year's night: no occurrence comes by itself while a test runs.
    public string Cron { get; init; } = "0 0 1 1 *";

    public string TimeZone { get; init; } = "Asia/Seoul";

    public Func<CancellationToken, Task> Work { get; set; } = _ => Task.CompletedTask;

    public int Started => Volatile.Read(ref _started);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _runs.Writer.TryWrite(Interlocked.Increment(ref _started));
        await Work(cancellationToken);
    }

    /// <summary>Waits for the next run to begin; says which it is, from 1.</summary>
    public async Task<int> NextRunAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience.Limit);
        return await _runs.Reader.ReadAsync(patience.Token);
    }
}
