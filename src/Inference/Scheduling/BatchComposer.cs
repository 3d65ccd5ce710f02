using Pipeline.Inference.Decoding;

namespace Pipeline.Inference.Scheduling;

/// <summary>Fills one batch and remembers whose logits are where. Touched by the scheduler's loop only.</summary>
internal sealed class BatchComposer(DecoderLimits limits, SequenceTable sequences)
{
    /// <summary>Tag of the last prompt token's logits.</summary>
    public const int PromptTag = -1;

    private readonly HashSet<InferenceTask> _members = [];
    private readonly List<Output> _outputs = [];

    public DecodeBatch Batch { get; } = new(limits.BatchTokens);

    /// <summary>Requests with at least one token in the batch.</summary>
    public IReadOnlyCollection<InferenceTask> Members => _members;

    public IReadOnlyList<Output> Outputs => _outputs;

    public SequenceTable Sequences => sequences;

    public void Clear()
    {
        Batch.Clear();
        _members.Clear();
        _outputs.Clear();
    }

    /// <summary>Adds a token whose logits the request wants; false when the batch is full.</summary>
    public bool TryAddStep(InferenceTask task, int token, int position, int sequence, int tag)
    {
        if (Batch.Room == 0 || Batch.Outputs == limits.OutputsMax)
        {
            return false;
        }

        _outputs.Add(new(task, Batch.Add(token, position, sequence, wantsLogits: true), tag));
        _members.Add(task);
        return true;
    }

    /// <summary>Adds the next chunk of a prompt, at most <paramref name="tokensMax"/> tokens, and returns how many it added.</summary>
    public int AddPrompt(InferenceTask task, int tokensMax)
    {
        int from = task.Computed + task.Planned;
        int to = Math.Min(task.Prompt.Length, from + Math.Min(tokensMax, Batch.Room));
        if (to == task.Prompt.Length && Batch.Outputs == limits.OutputsMax)
        {
            to--; // No logits left in this batch: the last token comes with the next one.
        }

        for (int position = from; position < to; position++)
        {
            bool isLast = position == task.Prompt.Length - 1;
            int index = Batch.Add(task.Prompt[position], position, task.Sequence!.Value, isLast);
            if (isLast)
            {
                _outputs.Add(new(task, index, PromptTag));
            }
        }

        if (to <= from)
        {
            return 0;
        }

        _members.Add(task);
        task.Planned += to - from;
        return to - from;
    }

    internal readonly record struct Output(InferenceTask Task, int BatchIndex, int Tag);
}
