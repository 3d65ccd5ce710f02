using Microsoft.Extensions.Logging;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Attempts;

/// <summary>
/// Whether a dependency is here. Attempts report what they saw of it; the loop of <see cref="DependencyProbes"/> asks for one that is
/// away. An outage is over once an attempt has succeeded, or none has failed for a while: some servers answer probes before they work.
/// </summary>
internal sealed partial class DependencyState(JobDependency dependency, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Starts of one job that may end with the dependency's failure and cost it nothing, outages that last apart: a job that takes
    /// its server down, or that the server refuses as if it were busy, ends.
    /// </summary>
    internal const int StartsUnchargedMax = 16;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _probing = new(1);
    private readonly AsyncAutoResetEvent _changed = new();
    private CancellationTokenSource _leaving = new();
    private TaskCompletionSource _open = Opened();
    private TimeSpan _pause = PauseMin;
    private long _since;
    private bool _isAway;
    private bool _isOutage;

    public JobDependency Dependency => dependency;

    /// <summary>Nothing is to be claimed that needs it.</summary>
    public bool IsAway => Volatile.Read(ref _isAway);

    /// <summary>Canceled once it goes away; another token afterwards.</summary>
    public CancellationToken Leaving
    {
        get
        {
            lock (_lock)
            {
                return _leaving.Token;
            }
        }
    }

    public void Dispose()
    {
        _probing.Dispose();
        _changed.Dispose();
        _leaving.Dispose();
    }

    /// <summary>Returns once it is not away.</summary>
    public Task OpenAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _open.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>An attempt that needed it succeeded.</summary>
    public void Answered()
    {
        if (Volatile.Read(ref _isOutage) && !IsAway)
        {
            EndOutage();
        }
    }

    /// <summary>An attempt failed. True where that is the dependency's doing, so that the job is charged nothing.</summary>
    /// <param name="failure">What its handler threw.</param>
    /// <param name="attempt">Of the job, from 1.</param>
    /// <param name="cancellationToken">Ends the question to the dependency.</param>
    public async Task<bool> IsToBlameAsync(Exception failure, int attempt, CancellationToken cancellationToken)
    {
        var fault = dependency.Judge(failure);
        if (fault is DependencyFault.None)
        {
            return false;
        }

        var lasts = Volatile.Read(ref _isOutage);
        if (fault is DependencyFault.Unclear && await AnswersProbeAsync(cancellationToken))
        {
            return false;
        }

        Leave(PublicReason.Of(failure));
        return attempt <= StartsUnchargedMax || (lasts && fault is DependencyFault.Away);
    }

    /// <summary>Waits until it goes away, and then until it is back.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        await _changed.WaitAsync(cancellationToken);
        while (IsAway)
        {
            await Task.Delay(_pause * (0.8 + (0.4 * Random.Shared.NextDouble())), time, cancellationToken);
            if (await ProbeAsync(cancellationToken))
            {
                Open();
                await _changed.WaitAsync(SettleTime, cancellationToken);
                Settle();
            }
            else
            {
                Grow();
            }
        }
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        opened.SetResult();
        return opened;
    }

    /// <summary>Where many attempts fail together, one of them asks.</summary>
    private async Task<bool> AnswersProbeAsync(CancellationToken cancellationToken)
    {
        await _probing.WaitAsync(cancellationToken);
        try
        {
            return !IsAway && await ProbeAsync(cancellationToken);
        }
        finally
        {
            _probing.Release();
        }
    }

    private async Task<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await dependency.ProbeAsync(cancellationToken);
            return true;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is: no sign of life.
            return false;
        }
    }

    private void Leave(string reason)
    {
        CancellationTokenSource leaving;
        lock (_lock)
        {
            if (_isAway)
            {
                return;
            }

            if (_isOutage)
            {
                Grow();
            }
            else
            {
                _since = time.GetTimestamp();
                _pause = PauseMin;
                LogAway(dependency.Name, string.Join(", ", dependency.Kinds), reason);
            }

            _isAway = _isOutage = true;
            _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
            leaving = _leaving;
        }

        leaving.Cancel();
        _changed.Set();
    }

    private void Open()
    {
        lock (_lock)
        {
            _isAway = false;
            _leaving = new();
            _open.SetResult();
        }
    }

    /// <summary>It was not seen to fail for a while.</summary>
    private void Settle()
    {
        if (!IsAway)
        {
            EndOutage();
        }
    }

    private void EndOutage()
    {
        lock (_lock)
        {
            if (_isOutage && !_isAway)
            {
                _isOutage = false;
                LogBack(dependency.Name, time.GetElapsedTime(_since).TotalSeconds);
            }
        }
    }

    private void Grow() => _pause = _pause * 2 < PauseMax ? _pause * 2 : PauseMax;

    [LoggerMessage(1137, LogLevel.Warning, "{Dependency} is away; jobs of {Kinds} wait uncharged until it is back: {Reason}")]
    private partial void LogAway(string dependency, string kinds, string reason);

    [LoggerMessage(1138, LogLevel.Information, "{Dependency} is back after {Seconds:0.0} s")]
    private partial void LogBack(string dependency, double seconds);
}
