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
    private const int WaitingMax = 1_024;

    private readonly IDecoder _decoder;
    private readonly SubmissionQueue<InferenceTask> _submissions;
    private readonly PromptPace _pace;
    private readonly ILogger _logger;
    private readonly KvBudget _budget;
    private readonly SequenceTable _sequences;
    private readonly PrefixCache _prefixes;
    private readonly BatchComposer _composer;
    private readonly WaitingQueue _waiting;
    private readonly List<InferenceTask> _active = []; // In order of admission: the oldest first.
    private readonly List<InferenceTask> _pass = []; // Those of them whose adapter has its turn.
    private readonly AdapterTurns _turns;
    private bool _admissionPaused;
    private int _adapter;
    private long _evictions;
    private long _passes;
    private long _passTokens;

    /// <param name="decoder">Owned by this scheduler's loop from now on.</param>
    /// <param name="submissions">Where requests arrive.</param>
    /// <param name="prefixesMax">Prefixes kept in the KV cache.</param>
    /// <param name="pace">How many prompt tokens a pass takes that also carries steps of answers.</param>
    /// <param name="turns">Which adapter a pass goes through.</param>
    /// <param name="weights">Of the owners of requests.</param>
    /// <param name="logger">Tells of evictions and failures.</param>
    public BatchScheduler(
        IDecoder decoder, SubmissionQueue<InferenceTask> submissions, int prefixesMax, PromptPace pace, AdapterTurns turns, OwnerWeights weights, ILogger logger)
    {
        _decoder = decoder;
        _submissions = submissions;
        _pace = pace;
        _turns = turns;
        _waiting = new(weights);
        _logger = logger;
        _budget = new(decoder.Limits.ContextTokens);
        _sequences = new(decoder);
        // A prefix holds a sequence; leave at least one for requests.
        _prefixes = new(_sequences, _budget, Math.Min(prefixesMax, decoder.Limits.SequencesMax - 1));
        _composer = new(decoder.Limits, _sequences);
    }

    public SchedulerState State => new(_active.Count, _waiting.Count, _prefixes.Count, _budget.Used, _budget.Capacity, _sequences.Free)
    {
        Evictions = _evictions,
        Passes = _passes,
        PassTokens = _passTokens,
        PassTokensMax = _decoder.Limits.BatchTokens,
    };

    public IReadOnlyList<InferenceTask> Active => _active;

    /// <summary>One step. False when there is nothing to do until a request arrives.</summary>
    public bool Tick(CancellationToken stopping)
    {
        Receive();
        DropAbandoned();
        Admit();
        Grow();
        Compose();
        if (_composer.Batch.Count == 0)
        {
            return _active.Count == 0 && _waiting.Count > 0; // The last one evicted itself, and enters again at the next tick.
        }

        Decode(stopping);
        Retire();
        return true;
    }

    public void Rest() => _decoder.Rest();

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
        // Read ahead far enough to see who else is there; the rest waits in the bounded channels and holds its callers back.
        foreach (RequestPriority priority in (ReadOnlySpan<RequestPriority>)[RequestPriority.Interactive, RequestPriority.Bulk])
        {
            while (_waiting.CountOf(priority) < WaitingMax && _submissions.TryTake(priority) is { } task)
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
        _prefixes.Find(task, out int cached);
        return _active.Exists(active => active.BuildsPrefix
            && active.Adapter == task.Adapter
            && active.Cache.IsOpenTo(task.Cache)
            && Math.Min(active.SharedTokens, task.SharedTokens) is int shared
            && shared > cached
            && task.Prompt.AsSpan(0, shared).SequenceEqual(active.Prompt.AsSpan(0, shared)));
    }

    private bool TryAdmit(InferenceTask task)
    {
        CachedPrefix? prefix = _prefixes.Find(task, out int cached);
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

        int cells = task.Prompt.Length - cached + task.InitialAnswerCells;
        while (_sequences.Free == 0 || !_budget.TryReserve(cells))
        {
            if (!_prefixes.EvictOne())
            {
                prefix?.Users -= 1;
                return false;
            }
        }

        task.Sequence = prefix is null ? _sequences.TryRent() : _sequences.TryFork(prefix.Sequence, cached);
        (task.Prefix, task.CachedTokens, task.Computed) = (prefix, cached, cached);
        (task.PromptCells, task.AnswerCells) = (task.Prompt.Length - cached, task.InitialAnswerCells);
        task.BuildsPrefix = _prefixes.WantsPrefixOf(task);
        return true;
    }

    /// <summary>Reserves what the next steps need, oldest first: those must progress, the youngest make room.</summary>
    private void Grow()
    {
        for (int i = 0; i < _active.Count; i++)
        {
            InferenceTask task = _active[i];
            int cells = task.IsPrefilled ? task.GrowthCells : 0;
            while (_active.Contains(task) && !_budget.TryReserve(cells))
            {
                if (!_prefixes.EvictOne())
                {
                    Evict(_active[^1]); // Perhaps itself. Alone it will fit: submission checked its length.
                }
            }

            task.AnswerCells += task.Sequence is null ? 0 : cells;
        }
    }

    /// <summary>Sends a request back to waiting; it keeps what it has generated and computes it again as part of its prompt.</summary>
    private void Evict(InferenceTask task)
    {
        _active.Remove(task);
        Release(task);
        _evictions++;
        LogEvicted(_logger, task.Prompt.Length, _active.Count);
        _waiting.Return(task); // The youngest has least work to lose; the oldest must progress or we thrash.
        _admissionPaused = true;
    }

    private void Compose()
    {
        _composer.Clear();
        _active.ForEach(task => task.Planned = 0);
        _pass.Clear();
        if (_active.Find(task => task.RunsAlone) is { } candidate)
        {
            _adapter = candidate.Adapter;
            ComposeOne(candidate);
            return;
        }

        _adapter = _turns.Next(_active);
        _pass.AddRange(_active.Where(task => task.Adapter == _adapter));
        foreach (InferenceTask task in _pass)
        {
            if (task.IsPrefilled)
            {
                task.ComposeSteps(_composer);
            }
        }

        // Long prompts come in chunks, or every answer under way would stand still for a whole batch of them.
        int steps = _composer.Batch.Count;
        bool isRead = _pass.Exists(task => task.IsPrefilled && task.IsStreamed);
        int room = steps == 0 ? _composer.Batch.Room : Math.Min(_composer.Batch.Room, _pace.TokensBeside(steps, isRead));
        // Bulk prompts keep a quarter of it, or a stream of interactive ones would stop them half-way.
        bool bulkWaits = _pass.Exists(task => !task.IsPrefilled && task.Priority == RequestPriority.Bulk);
        room -= ComposePrompts(RequestPriority.Interactive, bulkWaits ? room - (room / 4) : room);
        room -= ComposePrompts(RequestPriority.Bulk, room);
        ComposePrompts(RequestPriority.Interactive, room);
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

    /// <summary>Adds prompts of one priority up to this many tokens and returns the number of tokens added.</summary>
    private int ComposePrompts(RequestPriority priority, int tokensMax)
    {
        int added = 0;
        foreach (InferenceTask task in _pass)
        {
            if (added < tokensMax && task.Priority == priority && task.Computed + task.Planned < task.Prompt.Length)
            {
                added += _composer.AddPrompt(task, tokensMax - added);
            }
        }

        return added;
    }

    private void Retire() =>
        _active.RemoveAll(task =>
        {
            if (!task.IsFinished)
            {
                return false;
            }

            _waiting.Ended(task);
            Release(task); // Before the caller goes on, so that its next request finds the room.
            task.Complete();
            return true;
        });

    private void Release(InferenceTask task)
    {
        task.Reset(_sequences);
        _sequences.Return(task.Sequence!.Value);
        _budget.Release(task.PromptCells + task.AnswerCells);
        task.Prefix?.Users -= 1;
        (task.Sequence, task.Prefix, task.Computed, task.CachedTokens, task.BuildsPrefix) = (null, null, 0, 0, false);
        (task.PromptCells, task.AnswerCells) = (0, 0);
        _admissionPaused = false;
    }
}
