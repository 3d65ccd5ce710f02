using System.Text;
using Pipeline.Contracts;

namespace Pipeline.Core.Events;

/// <summary>
/// All text of one attempt so far, and who has got how much of it. The handler writes, the transport adds watchers, a timer
/// sends what was held back; the lock is never held for longer than it takes to copy text.
/// </summary>
internal sealed class AttemptFeed : IJobFeed, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Guid _jobId;
    private readonly int _attempt;
    private readonly EventSender _sender;
    private readonly EventOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<AttemptFeed> _disposed;
    private readonly Dictionary<string, Watcher> _watchers = [];
    private readonly StringBuilder _text = new();

    /// <summary>Of what is held back. Most attempts are followed by nobody, or end at once.</summary>
    private ITimer? _later;
    private double? _progress;
    private bool _isFull;
    private bool _isLater;
    private bool _ended;
    private long? _sentAt;

    public AttemptFeed(Guid jobId, int attempt, EventSender sender, EventOptions options, TimeProvider time, Action<AttemptFeed> disposed) =>
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
            foreach (var watcher in _watchers.Values)
            {
                watcher.IsTold = false;
            }

            SendSoon();
        }
    }

    /// <summary>Sends to this address until the time, or until the attempt has ended; a new one gets everything so far, at once.</summary>
    public void Watch(string address, long until, bool fromStart)
    {
        lock (_lock)
        {
            if (!_watchers.TryGetValue(address, out var watcher))
            {
                _watchers.Add(address, watcher = new());
            }

            watcher.Until = until;
            if (fromStart)
            {
                (watcher.Sent, watcher.IsTold) = (0, false);
            }

            if (!watcher.IsTold && !_ended)
            {
                Send(address, watcher, JobState.Running);
            }
        }
    }

    /// <summary>The end is durable.</summary>
    public void End(string state)
    {
        lock (_lock)
        {
            _ended = true;
            foreach (var (address, watcher) in _watchers)
            {
                Send(address, watcher, state);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _ended = true;
            _later?.Dispose();
        }

        _disposed(this);
    }

    private void SendHeldBack()
    {
        lock (_lock)
        {
            _isLater = false;
            if (!_ended)
            {
                SendNews();
            }
        }
    }

    private void SendSoon()
    {
        if (_isLater || _watchers.Count == 0)
        {
            return;
        }

        var rest = _sentAt is { } at ? _options.ChunkInterval - _time.GetElapsedTime(at) : TimeSpan.Zero;
        if (rest <= TimeSpan.Zero)
        {
            SendNews();
        }
        else
        {
            _later ??= _time.CreateTimer(_ => SendHeldBack(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _isLater = _later.Change(rest, Timeout.InfiniteTimeSpan);
        }
    }

    private void SendNews()
    {
        var now = _time.GetTimestamp();
        _sentAt = now;
        foreach (var (address, watcher) in _watchers)
        {
            if (watcher.Until <= now)
            {
                _watchers.Remove(address);
            }
            else if (!watcher.IsTold || watcher.Sent < _text.Length)
            {
                Send(address, watcher, JobState.Running);
            }
        }
    }

    private void Send(string address, Watcher watcher, string state)
    {
        _sender.Send(address, new JobEvent
        {
            JobId = _jobId,
            Attempt = _attempt,
            State = state,
            Offset = watcher.Sent,
            Text = watcher.Sent < _text.Length ? _text.ToString(watcher.Sent, _text.Length - watcher.Sent) : null,
            Progress = _progress,
        });
        (watcher.Sent, watcher.IsTold) = (_text.Length, true);
    }

    private sealed class Watcher
    {
        /// <summary>A timestamp.</summary>
        public long Until { get; set; }

        /// <summary>Code units of the text that were sent.</summary>
        public int Sent { get; set; }

        /// <summary>Whether everything but text was sent.</summary>
        public bool IsTold { get; set; }
    }
}
