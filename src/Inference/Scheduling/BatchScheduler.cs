using Microsoft.Extensions.Logging;
using Pipeline.Inference.Decoding;

namespace Pipeline.Inference.Scheduling;

/// <summary>
/// Continuous batching: at every tick waiting requests enter, one forward pass computes a piece of all active ones, and
/// finished ones leave. Owns the decoder. <see cref="Tick"/> and all state behind it belong to one loop
/// (<see cref="SchedulerLoop{TTask, TState}"/>, or a test); requests arrive through <see cref="SubmissionQueue{TTask}"/>.
/// </summary>
internal sealed partial class BatchScheduler : IScheduler<SchedulerState>
{
    private readonly IDecoder _decoder;
    private readonly SubmissionQueue<InferenceTask> _submissions;
    private readonly ILogger _logger;
    private readonly KvBudget _budget;
    private readonly SequenceTable _sequences;
    private readonly PrefixCache _prefixes;
    private readonly BatchComposer _composer;
    private readonly WaitingQueue _waiting = new();
    private readonly List<InferenceTask> _active = []; // In order of admission: the oldest first.
    private bool _admissionPaused;

    public BatchScheduler(IDecoder decoder, SubmissionQueue<InferenceTask> submissions, int prefixesMax, ILogger logger)
    {
        _decoder = decoder;
        _submissions = submissions;
        _logger = logger;
        _budget = new(decoder.Limits.ContextTokens);
        _sequences = new(decoder);
        // A prefix holds a sequence; leave at least one for requests.
        _prefixes = new(_sequences, _budget, Math.Min(prefixesMax, decoder.Limits.SequencesMax - 1));
        _composer = new(decoder.Limits, _sequences);
    }

    public SchedulerState State => new(_active.Count, _waiting.Count, _prefixes.Count, _budget.Used, _budget.Capacity, _sequences.Free);

    public IReadOnlyList<InferenceTask> Active => _active;

    /// <summary>One step. False when there is nothing to do until a request arrives.</summary>
    public bool Tick(CancellationToken stopping)
    {
        Receive();
        DropAbandoned();
        Admit();
        Compose();
        if (_composer.Batch.Count == 0)
        {
            return false;
        }

        Decode(stopping);
        Retire();
        return true;
    }

    /// <summary>Ends every request; the loop has stopped.</summary>
    public void FailAll(Exception exception)
    {
        do
        {
            Receive();
            foreach (InferenceTask task in _waiting.TakeAll())
            {
                task.Fail(exception);
            }
        }
        while (_submissions.Count > 0);

        _active.ForEach(task => task.Fail(exception));
        DropAbandoned();
    }

    private void Receive()
    {
        // Read ahead only as far as could be admitted; the rest waits in the bounded channels and holds its callers back.
        foreach (RequestPriority priority in (ReadOnlySpan<RequestPriority>)[RequestPriority.Interactive, RequestPriority.Bulk])
        {
            while (_waiting.CountOf(priority) < _decoder.Limits.SequencesMax && _submissions.TryTake(priority) is { } task)
            {
                if (!task.IsAbandoned)
                {
                    _waiting.Add(task);
                }
            }
        }
    }

    private void DropAbandoned()
    {
        _waiting.RemoveAbandoned();
        _active.RemoveAll(task =>
        {
            bool abandoned = task.IsAbandoned; // Read once: callers cancel from other threads.
            if (abandoned)
            {
                Release(task);
            }

            return abandoned;
        });
    }

    private void Admit()
    {
        // After the cache was full, the oldest finish before anybody enters; otherwise the evicted would return and thrash.
        _admissionPaused &= _active.Count > 0;
        while (!_admissionPaused && _waiting.Next(WaitsForPrefix) is { } task)
        {
            if (!TryAdmit(task))
            {
                break; // Nobody overtakes a request that waits for room, however small.
            }

            _waiting.Admitted(task);
            _active.Add(task);
        }
    }

    /// <summary>Another request is computing the same prefix right now: cheaper to wait than to compute it twice.</summary>
    private bool WaitsForPrefix(InferenceTask task)
    {
        _prefixes.Find(task.Prompt, out int cached);
        return _active.Exists(active => active.BuildsPrefix
            && Math.Min(active.SharedTokens, task.SharedTokens) is int shared
            && shared > cached
            && task.Prompt.AsSpan(0, shared).SequenceEqual(active.Prompt.AsSpan(0, shared)));
    }

    private bool TryAdmit(InferenceTask task)
    {
        CachedPrefix? prefix = _prefixes.Find(task.Prompt, out int cached);
        if (TryEnter(task, prefix, cached))
        {
            return true;
        }

        // Alone and still no room: the prefix it would share is itself in the way. Submission checked that the whole prompt fits.
        return _active.Count == 0 && TryEnter(task, null, 0);
    }

    private bool TryEnter(InferenceTask task, CachedPrefix? prefix, int cached)
    {
        if (prefix is not null)
        {
            _prefixes.Use(prefix); // Before evicting others, so that this one stays.
        }

        int cells = task.Prompt.Length - cached + task.AnswerCells;
        while (_sequences.Free == 0 || !_budget.TryReserve(cells))
        {
            if (!_prefixes.EvictOne())
            {
                prefix?.Users -= 1;
                return false;
            }
        }

        task.Sequence = prefix is null ? _sequences.TryRent() : _sequences.TryFork(prefix.Sequence, cached);
        (task.Prefix, task.CachedTokens, task.Computed, task.CellsReserved) = (prefix, cached, cached, cells);
        task.BuildsPrefix = _prefixes.WantsPrefixOf(task);
        return true;
    }

    private void Compose()
    {
        _composer.Clear();
        _active.ForEach(task => task.Planned = 0);
        if (_active.Find(task => task.RunsAlone) is { } suspect)
        {
            ComposeOne(suspect);
            return;
        }

        foreach (InferenceTask task in _active)
        {
            if (task.IsPrefilled)
            {
                task.ComposeSteps(_composer);
            }
        }

        // Bulk prompts keep a quarter of the batch, or a stream of interactive ones would stop them half-way.
        bool bulkWaits = _active.Exists(task => !task.IsPrefilled && task.Priority == RequestPriority.Bulk);
        ComposePrompts(RequestPriority.Interactive, _composer.Batch.Room - (bulkWaits ? _decoder.Limits.BatchTokens / 4 : 0));
        ComposePrompts(RequestPriority.Bulk, _composer.Batch.Room);
        ComposePrompts(RequestPriority.Interactive, _composer.Batch.Room);
    }

    private void ComposeOne(InferenceTask task)
    {
        if (task.IsPrefilled)
        {
            task.ComposeSteps(_composer);
        }
        else
        {
            _composer.AddPrompt(task, _composer.Batch.Room);
        }
    }

    private void ComposePrompts(RequestPriority priority, int tokens)
    {
        foreach (InferenceTask task in _active)
        {
            if (tokens > 0 && task.Priority == priority && task.Computed + task.Planned < task.Prompt.Length)
            {
                tokens -= _composer.AddPrompt(task, tokens);
            }
        }
    }

    private void Retire() =>
        _active.RemoveAll(task =>
        {
            if (!task.IsFinished)
            {
                return false;
            }

            Release(task); // Before the caller goes on, so that its next request finds the room.
            task.Complete();
            return true;
        });

    private void Release(InferenceTask task)
    {
        task.Reset(_sequences);
        _sequences.Return(task.Sequence!.Value);
        _budget.Release(task.CellsReserved);
        task.Prefix?.Users -= 1;
        (task.Sequence, task.Prefix, task.Computed, task.CachedTokens, task.CellsReserved, task.BuildsPrefix) = (null, null, 0, 0, 0, false);
        _admissionPaused = false;
    }
}
