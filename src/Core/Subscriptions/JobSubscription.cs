using System.Text;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Subscriptions;

/// <summary>
/// What this process knows of a job that clients are subscribed to: one text for however many they are, each at a place of its
/// own. The transport and the polling loop write, requests read.
/// </summary>
public sealed class JobSubscription
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private readonly int _textLengthMax;
    private TaskCompletionSource _changed = NewSignal();
    private string _state = JobState.Queued;
    private int _attempt;
    private int? _jobsAhead;
    private double? _progress;
    private int _textAttempt;
    private bool _isFull;

    internal JobSubscription(Guid jobId, int textLengthMax)
    {
        JobId = jobId;
        _textLengthMax = textLengthMax;
    }

    public Guid JobId { get; }

    /// <summary>Requests that read it; counted by the table.</summary>
    internal int Subscribers { get; set; }

    /// <summary>When the worker was last asked to begin anew; null while nothing is missing.</summary>
    internal long? AskedAt { get; set; }

    /// <summary>The job now, with its text from this place on, or all of it when the place is another attempt's.</summary>
    public JobSnapshot Read(TextPlace from)
    {
        lock (_lock)
        {
            var offset = from.Attempt == _textAttempt ? Math.Min(from.Offset, _text.Length) : 0;
            return new JobSnapshot
            {
                State = _state,
                Attempt = _attempt,
                JobsAhead = _state is JobState.Queued ? _jobsAhead : null,
                Progress = _state is JobState.Running ? _progress : null,
                TextAttempt = _textAttempt,
                Offset = offset,
                Text = _text.ToString(offset, _text.Length - offset),
                Changed = _changed.Task,
            };
        }
    }

    /// <summary>The job's row was read just now.</summary>
    public void Observe(Job job)
    {
        lock (_lock)
        {
            (_state, _attempt) = (job.State, job.Attempt);
            Change();
        }
    }

    /// <summary>The job's row was read lately; an event may have brought something later already.</summary>
    internal void Observe(string state, int attempt, int? jobsAhead)
    {
        lock (_lock)
        {
            if (IsBehind(state, attempt) || (state, attempt, jobsAhead) == (_state, _attempt, _jobsAhead))
            {
                return;
            }

            (_state, _attempt, _jobsAhead) = (state, attempt, jobsAhead);
            Change();
        }
    }

    /// <summary>False when text before this event is missing.</summary>
    internal bool Receive(JobEvent jobEvent)
    {
        lock (_lock)
        {
            if (jobEvent.Attempt < _textAttempt)
            {
                return true;
            }

            if (jobEvent.Attempt > _textAttempt)
            {
                (_textAttempt, _isFull) = (jobEvent.Attempt, false);
                _text.Clear();
            }

            var isWhole = _isFull || jobEvent.Offset <= _text.Length;
            Append(jobEvent);
            _progress = jobEvent.Progress;
            if (!IsBehind(jobEvent.State, jobEvent.Attempt))
            {
                (_state, _attempt) = (jobEvent.State, jobEvent.Attempt);
            }

            Change();
            return isWhole;
        }
    }

    private void Append(JobEvent jobEvent)
    {
        // What is here already came twice: with an answer to FromStart, or after a subscription that was forgotten and announced again.
        var known = _text.Length - jobEvent.Offset;
        if (jobEvent.Text is { } text && known >= 0 && known < text.Length)
        {
            _isFull |= jobEvent.Offset + text.Length > _textLengthMax;
            if (!_isFull)
            {
                _text.Append(text.AsSpan(known));
            }
        }
    }

    /// <summary>A later attempt is newer; within one, running comes before how it ended.</summary>
    private bool IsBehind(string state, int attempt) =>
        attempt < _attempt || (attempt == _attempt && state is JobState.Running && _state is not JobState.Running);

    private void Change()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
