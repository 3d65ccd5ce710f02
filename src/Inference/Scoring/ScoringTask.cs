using Pipeline.Inference.Scheduling;

namespace Pipeline.Inference.Scoring;

/// <summary>
/// Log-probability of each label after a prompt. The prompt's last logits give every label's first token; a label of more
/// tokens becomes a branch that shares the prompt's cells and feeds all its tokens but the last.
/// </summary>
internal sealed class ScoringTask : InferenceTask
{
    private readonly IReadOnlyList<int[]> _labels;
    private readonly double[] _logProbabilities;
    private readonly Branch[] _branches;
    private readonly TaskCompletionSource<ScoringOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _promptAccepted;
    private int _cachedTokens; // Kept here: the scheduler has released the sequence when it completes the request.

    public ScoringTask(int[] prompt, int sharedTokens, IReadOnlyList<int[]> labels, RequestPriority priority)
        : base(prompt, sharedTokens, priority)
    {
        _labels = labels;
        _logProbabilities = new double[labels.Count];
        _branches = [.. Enumerable.Range(0, labels.Count).Where(i => labels[i].Length > 1).Select(i => new Branch(i))];
    }

    public Task<ScoringOutcome> Completion => _completion.Task;

    public override int InitialAnswerCells => _branches.Sum(Steps);

    public override bool IsFinished => _promptAccepted && Array.TrueForAll(_branches, branch => branch.Fed == Steps(branch));

    public override bool IsAbandoned => _completion.Task.IsCompleted;

    public override void ComposeSteps(BatchComposer composer)
    {
        foreach (Branch branch in _branches)
        {
            if (branch.Fed < Steps(branch) && HasSequence(branch, composer.Sequences))
            {
                ComposeBranch(composer, branch);
            }
        }
    }

    public override void AcceptPrompt(ReadOnlySpan<float> logits)
    {
        double total = LogSoftmax.LogSumExp(logits);
        for (int i = 0; i < _labels.Count; i++)
        {
            _logProbabilities[i] = logits[_labels[i][0]] - total;
        }

        (_promptAccepted, _cachedTokens) = (true, CachedTokens);
    }

    public override void AcceptStep(int tag, ReadOnlySpan<float> logits, SequenceTable sequences)
    {
        Branch branch = _branches[tag];
        int[] label = _labels[branch.Label];
        branch.Fed++;
        _logProbabilities[branch.Label] += logits[label[branch.Fed]] - LogSoftmax.LogSumExp(logits);
        if (branch.Fed == Steps(branch))
        {
            Leave(branch, sequences);
        }
    }

    public override void Reset(SequenceTable sequences)
    {
        foreach (Branch branch in _branches)
        {
            Leave(branch, sequences);
            branch.Fed = 0;
        }

        _promptAccepted = false;
    }

    public override void Complete() => _completion.TrySetResult(new(_logProbabilities, _cachedTokens));

    public override void Fail(Exception exception) => _completion.TrySetException(exception);

    /// <summary>The caller's way out, from any thread; the loop frees the sequence at its next tick.</summary>
    public void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);

    private int Steps(Branch branch) => _labels[branch.Label].Length - 1;

    private void ComposeBranch(BatchComposer composer, Branch branch)
    {
        int[] label = _labels[branch.Label];
        for (int i = branch.Fed; i < label.Length - 1; i++)
        {
            if (!composer.TryAddStep(this, label[i], Prompt.Length + i, branch.Sequence!.Value, Array.IndexOf(_branches, branch)))
            {
                return;
            }
        }
    }

    /// <summary>The request's own sequence carries one branch at a time, so there is progress even when no other is free.</summary>
    private bool HasSequence(Branch branch, SequenceTable sequences)
    {
        if (branch.Sequence is null)
        {
            bool ownIsFree = !Array.Exists(_branches, other => other.Sequence == Sequence);
            branch.Sequence = ownIsFree ? Sequence : sequences.TryFork(Sequence!.Value, Prompt.Length);
        }

        return branch.Sequence is not null;
    }

    private void Leave(Branch branch, SequenceTable sequences)
    {
        if (branch.Sequence is not int sequence)
        {
            return;
        }

        if (sequence == Sequence)
        {
            sequences.Truncate(sequence, Prompt.Length);
        }
        else
        {
            sequences.Return(sequence);
        }

        branch.Sequence = null;
    }

    private sealed class Branch(int label)
    {
        public int Label => label;

        /// <summary>Label tokens whose logits have been read.</summary>
        public int Fed { get; set; }

        public int? Sequence { get; set; }
    }
}

/// <summary>Log-probability of each label, and how many prompt tokens were cached.</summary>
internal sealed record ScoringOutcome(double[] LogProbabilities, int CachedTokens);
