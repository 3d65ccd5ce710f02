using System.Text;
using Pipeline.Contracts;

namespace Pipeline.Core.Subscriptions;

/// <summary>
/// All text of one attempt so far, and how much of it each subscriber has. The handler writes, the transport adds subscribers, a timer
/// sends what was held back; the lock is never held for longer than it takes to copy text.
/// </summary>
internal sealed class AttemptUpdates : IJobUpdates, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Guid _jobId;
    private readonly int _attempt;
    private readonly EventSender _sender;
    private readonly EventOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<AttemptUpdates> _disposed;
    private readonly Dictionary<string, Subscriber> _subscribers = [];
    private readonly StringBuilder _text = new();

    /// <summary>Of what is held back. Most attempts have no subscriber, or end at once.</summary>
    private ITimer? _later;
    private double? _progress;
    private bool _isFull;
    private bool _isLater;
    private bool _completed;
    private long? _sentAt;

    public AttemptUpdates(Guid jobId, int attempt, EventSender sender, EventOptions options, TimeProvider time, Action<AttemptUpdates> disposed) =>
        (_jobId, _attempt, _sender, _options, _time, _disposed) = (jobId, attempt, sender, options, time, disposed);

    public Guid JobId => _jobId;

    public void Write(string text)
    {
        lock (_lock)
        {
            // Nothing after what did not fit either: a text with a hole would be no beginning of the result's.
            _isFull |= _text.Length + text.Length > _options.TextLengthMax;
            if (!_isFull && text.Length > 0)
            {
                _text.Append(text);
                SendSoon();
            }
        }
    }

    public void Report(double done)
    {
        lock (_lock)
        {
            _progress = Math.Clamp(done, 0, 1);
            foreach (var subscriber in _subscribers.Values)
            {
                subscriber.IsCurrent = false;
            }

            SendSoon();
        }
    }

    /// <summary>Sends to this address until the time, or until the attempt has ended; a new one gets everything so far, at once.</summary>
    public void Subscribe(string address, long until, bool fromStart)
    {
        lock (_lock)
        {
            if (!_subscribers.TryGetValue(address, out var subscriber))
            {
                _subscribers.Add(address, subscriber = new());
            }

            subscriber.Until = until;
            if (fromStart)
            {
                (subscriber.Sent, subscriber.IsCurrent) = (0, false);
            }

            if (!subscriber.IsCurrent && !_completed)
            {
                Send(address, subscriber, JobState.Running);
            }
        }
    }

    /// <summary>The result is durable.</summary>
    public void Complete(string state)
    {
        lock (_lock)
        {
            _completed = true;
            foreach (var (address, subscriber) in _subscribers)
            {
                Send(address, subscriber, state);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _completed = true;
            _later?.Dispose();
        }

        _disposed(this);
    }

    private void SendHeldBack()
    {
        lock (_lock)
        {
            _isLater = false;
            if (!_completed)
            {
                SendUpdates();
            }
        }
    }

    private void SendSoon()
    {
        if (_isLater || _subscribers.Count == 0)
        {
            return;
        }

        var rest = _sentAt is { } at ? _options.ChunkInterval - _time.GetElapsedTime(at) : TimeSpan.Zero;
        if (rest <= TimeSpan.Zero)
        {
            SendUpdates();
        }
        else
        {
            _later ??= _time.CreateTimer(_ => SendHeldBack(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _isLater = _later.Change(rest, Timeout.InfiniteTimeSpan);
        }
    }

    private void SendUpdates()
    {
        var now = _time.GetTimestamp();
        _sentAt = now;
        foreach (var (address, subscriber) in _subscribers)
        {
            if (subscriber.Until <= now)
            {
                _subscribers.Remove(address);
            }
            else if (!subscriber.IsCurrent || subscriber.Sent < _text.Length)
            {
                Send(address, subscriber, JobState.Running);
            }
        }
    }

    private void Send(string address, Subscriber subscriber, string state)
    {
        _sender.Send(address, new JobEvent
        {
            JobId = _jobId,
            Attempt = _attempt,
            State = state,
            Offset = subscriber.Sent,
            Text = subscriber.Sent < _text.Length ? _text.ToString(subscriber.Sent, _text.Length - subscriber.Sent) : null,
            Progress = _progress,
        });
        (subscriber.Sent, subscriber.IsCurrent) = (_text.Length, true);
    }

    private sealed class Subscriber
    {
        /// <summary>A timestamp.</summary>
        public long Until { get; set; }

        /// <summary>Code units of the text that were sent.</summary>
        public int Sent { get; set; }

        /// <summary>Whether everything but text was sent.</summary>
        public bool IsCurrent { get; set; }
    }
}
