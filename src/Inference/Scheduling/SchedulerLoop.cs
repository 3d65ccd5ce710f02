using Microsoft.Extensions.Logging;

namespace Pipeline.Inference.Scheduling;

/// <summary>The dedicated thread that ticks a scheduler: a forward pass blocks for long, so it stays off the pool.</summary>
internal sealed partial class SchedulerLoop<TTask, TState> : IAsyncDisposable
    where TTask : class
    where TState : class
{
    // Longer than the pause between two requests of somebody who sends one after the other.
    private static readonly TimeSpan RestAfter = TimeSpan.FromMilliseconds(20);

    private readonly IScheduler<TState> _scheduler;
    private readonly SubmissionQueue<TTask> _submissions;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TState _state;

    public SchedulerLoop(IScheduler<TState> scheduler, SubmissionQueue<TTask> submissions, ILogger logger)
    {
        (_scheduler, _submissions, _logger, _state) = (scheduler, submissions, logger, scheduler.State);
        new Thread(Run) { IsBackground = true, Name = "inference" }.Start();
    }

    /// <summary>State after the last tick; safe to read from any thread.</summary>
    public TState State => _state;

    public async ValueTask DisposeAsync()
    {
        _submissions.Close();
        await _stopping.CancelAsync();
        _submissions.Wake();
        await _ended.Task;
        _stopping.Dispose();
    }

    private void Run()
    {
        Exception reason = new InferenceException("The inference engine stopped before this request was done. Send it to another worker.");
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                bool worked = _scheduler.Tick(_stopping.Token);
                _state = _scheduler.State;
                if (!worked && !_submissions.WaitForArrival(RestAfter))
                {
                    _scheduler.Rest();
                    _submissions.WaitForArrival(Timeout.InfiniteTimeSpan);
                }
            }
        }
#pragma warning disable CA1031 // Last boundary of the thread: a bug here must fail the requests, not the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogCrashed(_logger, exception);
            reason = new InferenceException("The inference loop failed; restart the worker.", exception);
            _submissions.Close();
        }

        _scheduler.FailAll(reason);
        _ended.SetResult();
    }

    [LoggerMessage(3006, LogLevel.Critical, "The inference loop failed; every request fails until the worker restarts")]
    private static partial void LogCrashed(ILogger logger, Exception exception);
}
