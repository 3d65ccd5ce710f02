namespace Pipeline.Inference.Scheduling;

/// <summary>
/// One request in the scheduler: a prompt to prefill, then steps of its own kind: branches of labels, or generated tokens.
/// After submission everything here is read and written by the scheduler's loop only; the caller sees the completion alone.
/// </summary>
internal abstract class InferenceTask(int[] prompt, int sharedTokens, RequestPriority priority)
{
    /// <summary>Tokens to prefill. A generated answer that was evicted half-way becomes part of it.</summary>
    public int[] Prompt { get; protected set; } = prompt;

    /// <summary>Leading tokens that other requests are likely to share.</summary>
    public int SharedTokens => sharedTokens;

    public RequestPriority Priority => priority;

    /// <summary>Whose it is and whose prefixes it uses, and who may use the one that it leaves.</summary>
    public CacheScope Cache { get; init; }

    /// <summary>Of the model, as the decoder counts them; 0 for none. Only requests of the same one share a pass, or a prefix.</summary>
    public int Adapter { get; init; }

    /// <summary>Null while waiting.</summary>
    public int? Sequence { get; set; }

    /// <summary>Prompt tokens whose keys and values are in the cache.</summary>
    public int Computed { get; set; }

    /// <summary>Prompt tokens that the batch being composed adds to <see cref="Computed"/>.</summary>
    public int Planned { get; set; }

    /// <summary>Prompt tokens that came from <see cref="Prefix"/>.</summary>
    public int CachedTokens { get; set; }

    public CachedPrefix? Prefix { get; set; }

    /// <summary>KV cells reserved for the prompt, those of <see cref="Prefix"/> not among them; to give back at the end.</summary>
    public int PromptCells { get; set; }

    /// <summary>KV cells reserved for the answer; to give back at the end.</summary>
    public int AnswerCells { get; set; }

    /// <summary>True until the shared tokens are in the prefix cache, while others may wait for them.</summary>
    public bool BuildsPrefix { get; set; }

    /// <summary>A batch with this request failed: it runs alone, so that the next failure names the culprit.</summary>
    public bool RunsAlone { get; set; }

    public bool IsPrefilled => Computed == Prompt.Length;

    /// <summary>Whether somebody reads the answer as it comes.</summary>
    public virtual bool IsStreamed => false;

    /// <summary>KV cells to reserve for the answer on entry.</summary>
    public abstract int InitialAnswerCells { get; }

    /// <summary>KV cells to reserve before the next step, 0 while <see cref="AnswerCells"/> suffice; answers of unknown length grow.</summary>
    public virtual int GrowthCells => 0;

    /// <summary>True once the answer is complete.</summary>
    public abstract bool IsFinished { get; }

    /// <summary>True when the answer is no longer wanted: canceled or failed.</summary>
    public abstract bool IsAbandoned { get; }

    /// <summary>Adds the steps that follow the prompt, as far as the batch has room.</summary>
    public abstract void ComposeSteps(BatchComposer composer);

    /// <summary>Takes the logits of the last prompt token.</summary>
    public abstract void AcceptPrompt(ReadOnlySpan<float> logits);

    /// <summary>Takes the logits of a step.</summary>
    /// <param name="tag">As given when the step was composed.</param>
    public abstract void AcceptStep(int tag, ReadOnlySpan<float> logits, SequenceTable sequences);

    /// <summary>Gives back every sequence but <see cref="Sequence"/> and forgets all progress.</summary>
    public abstract void Reset(SequenceTable sequences);

    /// <summary>Hands the answer to the caller.</summary>
    public abstract void Complete();

    /// <summary>Hands an error to the caller.</summary>
    public abstract void Fail(Exception exception);
}
