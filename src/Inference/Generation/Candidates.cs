using System.Numerics.Tensors;

namespace Pipeline.Inference.Generation;

/// <summary>
/// The tokens a draw chooses from, the most probable first. Reused from draw to draw; belongs to the scheduler's loop.
/// Rows have as many entries as the vocabulary, so whole vectors of improbable tokens are passed over.
/// </summary>
internal sealed class Candidates
{
    private readonly List<Candidate> _sorted = [];
    private readonly PriorityQueue<Candidate, Candidate> _worstFirst = new(Comparer<Candidate>.Create((a, b) => b.CompareTo(a)));

    public IReadOnlyList<Candidate> Sorted => _sorted;

    /// <summary>Takes the most probable tokens.</summary>
    public void TakeTop(ReadOnlySpan<float> logits, int count)
    {
        _worstFirst.Clear();
        float worst = float.NegativeInfinity;
        for (int start = 0; start < logits.Length; start += Stride)
        {
            ReadOnlySpan<float> block = logits.Slice(start, Math.Min(Stride, logits.Length - start));
            if (_worstFirst.Count == count && !(TensorPrimitives.Max(block) > worst))
            {
                continue;
            }

            for (int i = 0; i < block.Length; i++)
            {
                if (_worstFirst.Count < count)
                {
                    Push(new(start + i, block[i]));
                }
                else if (block[i] > worst)
                {
                    _worstFirst.Dequeue();
                    Push(new(start + i, block[i]));
                }
            }

            worst = _worstFirst.Count == count ? _worstFirst.Peek().Logit : worst;
        }

        Sort();

        void Push(Candidate candidate)
        {
            if (!float.IsNegativeInfinity(candidate.Logit))
            {
                _worstFirst.Enqueue(candidate, candidate);
                worst = _worstFirst.Count == count ? _worstFirst.Peek().Logit : float.NegativeInfinity;
            }
        }
    }

    /// <summary>Takes every token with at least this logit.</summary>
    public void TakeFrom(ReadOnlySpan<float> logits, float least)
    {
        _sorted.Clear();
        for (int start = 0; start < logits.Length; start += Stride)
        {
            ReadOnlySpan<float> block = logits.Slice(start, Math.Min(Stride, logits.Length - start));
            if (!(TensorPrimitives.Max(block) >= least))
            {
                continue;
            }

            for (int i = 0; i < block.Length; i++)
            {
                if (block[i] >= least && !float.IsNegativeInfinity(block[i]))
                {
                    _sorted.Add(new(start + i, block[i]));
                }
            }
        }

        _sorted.Sort();
    }

    /// <summary>Keeps only the first ones.</summary>
    public void Keep(int count)
    {
        if (count < _sorted.Count)
        {
            _sorted.RemoveRange(count, _sorted.Count - count);
        }
    }

    /// <summary>Drops those that a condition refuses.</summary>
    public void Drop(Predicate<Candidate> refused) => _sorted.RemoveAll(refused);

    private const int Stride = 64;

    private void Sort()
    {
        _sorted.Clear();
        foreach ((Candidate candidate, _) in _worstFirst.UnorderedItems)
        {
            _sorted.Add(candidate);
        }

        _sorted.Sort();
    }
}

/// <summary>A token and its logit.</summary>
internal readonly record struct Candidate(int Token, float Logit) : IComparable<Candidate>
{
    /// <summary>The most probable first; the smaller token first of equals, as argmax has it.</summary>
    public int CompareTo(Candidate other)
    {
        int order = other.Logit.CompareTo(Logit);
        return order != 0 ? order : Token.CompareTo(other.Token);
    }
}
