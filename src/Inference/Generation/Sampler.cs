using System.Numerics.Tensors;
using Pipeline.Inference.Structured;

namespace Pipeline.Inference.Generation;

/// <summary>
/// Draws the tokens of one answer. A constraint is asked about the drawn token first, then about the other candidates,
/// and about the whole vocabulary only when it refuses them all: refusing and drawing again among the allowed gives them
/// the same odds as masking first, for a fraction of the cost.
/// </summary>
/// <param name="settings">How to draw.</param>
/// <param name="scratch">Shared by all answers of the loop.</param>
/// <param name="isEnd">True for tokens that end the model's turn.</param>
/// <param name="constraint">What the answer may be; null for any text.</param>
internal sealed class Sampler(SamplingSettings settings, SamplerScratch scratch, Func<int, bool> isEnd, ITokenConstraint? constraint)
{
    /// <summary>Candidates that a greedy draw asks the constraint about before the whole vocabulary.</summary>
    private const int GreedyCandidates = 64;

    private readonly Random _random = settings.Seed is long seed ? new((int)(seed ^ (seed >> 32))) : new();

    /// <summary>Draws the token that follows.</summary>
    /// <param name="logits">One entry a token of the vocabulary.</param>
    /// <param name="recent">Tokens so far, the newest last.</param>
    /// <exception cref="InferenceException">The logits are not numbers, or no token of the vocabulary is allowed.</exception>
    public int Draw(ReadOnlySpan<float> logits, ReadOnlySpan<int> recent)
    {
        ReadOnlySpan<float> row = settings.HasPenalties ? Penalized(logits, recent) : logits;
        int best = TensorPrimitives.IndexOfMax(row);
        if (!float.IsFinite(row[best]))
        {
            throw InferenceException.LogitsAreNoNumbers();
        }

        if (settings.Temperature == 0 && IsAllowed(best))
        {
            return best;
        }

        Candidates candidates = Choose(row, row[best]);
        if (settings.Temperature > 0)
        {
            int drawn = DrawFrom(candidates);
            if (IsAllowed(drawn))
            {
                return drawn;
            }
        }

        candidates.Drop(candidate => !IsAllowed(candidate.Token));
        return candidates.Sorted.Count > 0 ? DrawFrom(candidates) : DrawMasked(row);
    }

    private bool IsAllowed(int token) => constraint is null || (isEnd(token) ? constraint.CanEnd : constraint.Allows(token));

    private int DrawMasked(ReadOnlySpan<float> row)
    {
        Span<float> masked = scratch.Masked;
        row.CopyTo(masked);
        constraint!.Mask(masked);
        int best = TensorPrimitives.IndexOfMax<float>(masked);
        if (float.IsNegativeInfinity(masked[best]))
        {
            throw new InferenceException("No token of this model's vocabulary continues the structured answer. Simplify the schema or take another model.");
        }

        return settings.Temperature == 0 ? best : DrawFrom(Choose(masked, masked[best]));
    }

    /// <summary>What top-k, top-p and min-p leave.</summary>
    private Candidates Choose(ReadOnlySpan<float> row, float best)
    {
        Candidates candidates = scratch.Candidates;
        if (settings.Temperature == 0)
        {
            candidates.TakeTop(row, GreedyCandidates);
            return candidates;
        }

        if (settings.TopK > 0)
        {
            candidates.TakeTop(row, settings.TopK);
            KeepNucleus(candidates, best, total: null);
        }
        else if (settings.TopP < 1)
        {
            TakeNucleus(candidates, row, best);
        }
        else
        {
            candidates.TakeFrom(row, float.MinValue);
        }

        if (settings.MinP > 0)
        {
            float least = best + (float)Math.Log(settings.MinP);
            candidates.Drop(candidate => candidate.Logit < least);
        }

        return candidates;
    }

    /// <summary>Looks ever further down until the nucleus is found: sorting a whole vocabulary for it would cost more than a small model's step.</summary>
    private void TakeNucleus(Candidates candidates, ReadOnlySpan<float> row, float best)
    {
        double total = TensorPrimitives.Sum<float>(scratch.Exponentials(row, best));
        for (float depth = 4; ; depth *= 2)
        {
            candidates.TakeFrom(row, best - depth);
            if (KeepNucleus(candidates, best, total) || depth > 200)
            {
                return;
            }
        }
    }

    /// <summary>True when the candidates held the whole nucleus.</summary>
    private bool KeepNucleus(Candidates candidates, float best, double? total)
    {
        double all = total ?? candidates.Sorted.Sum(candidate => Math.Exp(candidate.Logit - best));
        double sum = 0;
        for (int i = 0; i < candidates.Sorted.Count; i++)
        {
            sum += Math.Exp(candidates.Sorted[i].Logit - best);
            if (sum >= settings.TopP * all)
            {
                candidates.Keep(i + 1);
                return true;
            }
        }

        return false;
    }

    private int DrawFrom(Candidates candidates)
    {
        IReadOnlyList<Candidate> sorted = candidates.Sorted;
        if (settings.Temperature == 0)
        {
            return sorted[0].Token;
        }

        double total = 0;
        foreach (Candidate candidate in sorted)
        {
            total += Weight(candidate);
        }

        double left = _random.NextDouble() * total;
        foreach (Candidate candidate in sorted)
        {
            left -= Weight(candidate);
            if (left < 0)
            {
                return candidate.Token;
            }
        }

        return sorted[^1].Token; // Rounding.

        double Weight(Candidate candidate) => Math.Exp((candidate.Logit - sorted[0].Logit) / settings.Temperature);
    }

    private ReadOnlySpan<float> Penalized(ReadOnlySpan<float> logits, ReadOnlySpan<int> recent)
    {
        Span<float> row = scratch.Penalized;
        logits.CopyTo(row);
        ReadOnlySpan<int> window = recent[^Math.Min(recent.Length, SamplingSettings.PenaltyTokens)..];
        foreach (int token in window)
        {
            row[token] -= (float)settings.FrequencyPenalty;
        }

        for (int i = 0; i < window.Length; i++)
        {
            if (!window[..i].Contains(window[i]))
            {
                float logit = logits[window[i]];
                float repeated = (float)(logit > 0 ? logit / settings.RepeatPenalty : logit * settings.RepeatPenalty);
                row[window[i]] += repeated - logit - (float)settings.PresencePenalty;
            }
        }

        return row;
    }
}

/// <summary>Rows that the samplers of one loop share, because no two draw at a time.</summary>
internal sealed class SamplerScratch(int vocabularySize)
{
    private readonly float[] _penalized = new float[vocabularySize];
    private readonly float[] _masked = new float[vocabularySize];
    private readonly float[] _exponentials = new float[vocabularySize];

    public Candidates Candidates { get; } = new();

    public Span<float> Penalized => _penalized;

    public Span<float> Masked => _masked;

    /// <summary>exp(logit − best) of every token.</summary>
    public ReadOnlySpan<float> Exponentials(ReadOnlySpan<float> row, float best)
    {
        TensorPrimitives.Subtract(row, best, _exponentials);
        TensorPrimitives.Exp<float>(_exponentials, _exponentials);
        return _exponentials;
    }
}
