using System.Runtime.InteropServices;
using System.Threading.Channels;
using Pipeline.Inference.Scheduling;
using Pipeline.Inference.Structured;

namespace Pipeline.Inference.Generation;

/// <summary>
/// An answer, token by token. Evicted half-way it keeps what it has: the tokens so far join the prompt, and the logits of
/// the last of them give the next one.
/// </summary>
internal sealed class GenerationTask : InferenceTask
{
    private const int GrowthTokens = 32; // Reserving all that an answer may need would leave most of the cache idle.

    private readonly GenerationSpec _spec;
    private readonly Sampler _sampler;
    private readonly TimeProvider _time;
    private readonly List<int> _tokens; // Prompt and answer.
    private readonly int _promptTokens;
    private readonly List<GeneratedToken> _logprobs = [];
    private readonly StopText _text;
    private readonly long _submittedAt;
    private readonly TaskCompletionSource<GeneratedAnswer> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // Unbounded: it holds at most one item a token, and the loop must not wait for a slow reader.
    private readonly Channel<string>? _stream;
    private int _fed; // Answer tokens computed since the prompt was.
    private int _cachedTokens;
    private long? _firstTokenAt;
    private GenerationEnd? _end;

    public GenerationTask(int[] prompt, int sharedTokens, GenerationSpec spec, SamplerScratch scratch, TimeProvider time, RequestPriority priority)
        : base(prompt, sharedTokens, priority)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(spec.TokensMax);
        (_spec, _time, _promptTokens, _submittedAt) = (spec, time, prompt.Length, time.GetTimestamp());
        _sampler = new(spec.Sampling, scratch, spec.IsEnd, spec.Constraint);
        _tokens = [.. prompt];
        _text = new(spec.Stops);
        _stream = spec.Streams ? Channel.CreateUnbounded<string>(new() { SingleReader = true }) : null;
    }

    public Task<GeneratedAnswer> Completion => _completion.Task;

    /// <summary>Pieces of the answer as they come; ends, without an error, when the request does.</summary>
    /// <exception cref="InvalidOperationException">The request was not to be streamed.</exception>
    public ChannelReader<string> Stream => _stream?.Reader ?? throw new InvalidOperationException("This answer is not streamed.");

    public override bool IsStreamed => _stream is not null;

    public override int InitialAnswerCells => Math.Min(GrowthTokens, CellsLeft);

    public override int GrowthCells => _fed < AnswerCells ? 0 : Math.Min(GrowthTokens, CellsLeft - _fed);

    public override bool IsFinished => _end is not null;

    public override bool IsAbandoned => _completion.Task.IsCompleted;

    private int AnswerTokens => _tokens.Count - _promptTokens;

    /// <summary>Cells that the answer can still need after the prompt; the last token is never computed.</summary>
    private int CellsLeft => _promptTokens + _spec.TokensMax - 1 - Prompt.Length;

    public override void ComposeSteps(BatchComposer composer)
    {
        if (_end is null)
        {
            composer.TryAddStep(this, _tokens[^1], _tokens.Count - 1, Sequence!.Value, tag: 0);
        }
    }

    public override void AcceptPrompt(ReadOnlySpan<float> logits)
    {
        _cachedTokens = _firstTokenAt is null ? CachedTokens : _cachedTokens; // After an eviction it would count the answer.
        Take(logits);
    }

    public override void AcceptStep(int tag, ReadOnlySpan<float> logits, SequenceTable sequences)
    {
        _fed++;
        Take(logits);
    }

    public override void Reset(SequenceTable sequences)
    {
        if (!IsFinished && !IsAbandoned && Prompt.Length < _tokens.Count)
        {
            Prompt = [.. _tokens];
        }

        _fed = 0;
    }

    public override void Complete()
    {
        string rest = _text.Flush(); // What began a stop string cannot complete one any more.
        if (rest.Length > 0)
        {
            _stream?.Writer.TryWrite(rest);
        }

        long now = _time.GetTimestamp();
        _completion.TrySetResult(new()
        {
            Text = _text.Text,
            End = _end!.Value,
            PromptTokens = _promptTokens,
            CachedTokens = _cachedTokens,
            AnswerTokens = AnswerTokens,
            Logprobs = _spec.LikelyTokens is null ? null : _logprobs,
            TimeToFirstToken = _time.GetElapsedTime(_submittedAt, _firstTokenAt ?? now),
            Duration = _time.GetElapsedTime(_submittedAt, now),
        });
        _stream?.Writer.TryComplete();
    }

    public override void Fail(Exception exception)
    {
        _completion.TrySetException(exception);
        _stream?.Writer.TryComplete();
    }

    /// <summary>The caller's way out, from any thread; the loop frees the sequence at its next tick.</summary>
    public void Cancel(CancellationToken cancellationToken)
    {
        _completion.TrySetCanceled(cancellationToken);
        _stream?.Writer.TryComplete();
    }

    private void Take(ReadOnlySpan<float> logits)
    {
        int token = _sampler.Draw(logits, CollectionsMarshal.AsSpan(_tokens));
        _firstTokenAt ??= _time.GetTimestamp();
        if (_spec.IsEnd(token))
        {
            _tokens.Add(token); // It was generated, and is counted as every server counts it.
            _end = GenerationEnd.Stop;
            return;
        }

        if (_spec.LikelyTokens is { } likely)
        {
            _logprobs.Add(GeneratedToken.Of(token, logits, likely, _spec.GetBytes));
        }

        _tokens.Add(token);
        _spec.Constraint?.Accept(token);
        string visible = _text.Append(_spec.GetBytes(token));
        if (visible.Length > 0)
        {
            _stream?.Writer.TryWrite(visible);
        }

        if (_text.IsStopped || _spec.Constraint is { MustEnd: true })
        {
            _end = GenerationEnd.Stop;
        }
        else if (AnswerTokens >= _spec.TokensMax)
        {
            _end = GenerationEnd.Length;
        }
    }
}

/// <summary>What to generate.</summary>
/// <param name="TokensMax">Most tokens of the answer; prompt and answer together fit the context.</param>
/// <param name="Sampling">How to draw.</param>
/// <param name="Stops">Non-empty texts that end the answer.</param>
/// <param name="Constraint">What the answer may be; null for any text.</param>
/// <param name="Streams">Hands pieces over as they come: each wakes a reader, which takes time from the engine's threads.</param>
/// <param name="IsEnd">True for tokens that end the model's turn.</param>
/// <param name="GetBytes">Bytes of a token.</param>
internal sealed record GenerationSpec(
    int TokensMax, SamplingSettings Sampling, IReadOnlyList<string> Stops, ITokenConstraint? Constraint, bool Streams,
    Func<int, bool> IsEnd, Func<int, byte[]> GetBytes)
{
    /// <summary>Keeps the log-probability of each token and of this many of the most probable tokens at its position; null keeps none.</summary>
    public int? LikelyTokens { get; init; }
}
