using Pipeline.Inference.Decoding;

namespace Pipeline.Inference.Scheduling;

/// <summary>Free and rented sequence ids of the decoder. Touched by the scheduler's loop only.</summary>
internal sealed class SequenceTable(IDecoder decoder)
{
    private readonly Stack<int> _free = new(Enumerable.Range(0, decoder.Limits.SequencesMax).Reverse());

    public int Free => _free.Count;

    public int? TryRent() => _free.TryPop(out int sequence) ? sequence : null;

    /// <summary>Rents a sequence that begins with the first tokens of another one.</summary>
    public int? TryFork(int source, int length)
    {
        if (!_free.TryPop(out int sequence))
        {
            return null;
        }

        decoder.CopySequence(source, sequence, 0, length);
        return sequence;
    }

    /// <summary>Forgets everything from a position on.</summary>
    public void Truncate(int sequence, int length) => decoder.RemoveSequence(sequence, length, int.MaxValue);

    public void Return(int sequence)
    {
        decoder.RemoveSequence(sequence, 0, int.MaxValue);
        _free.Push(sequence);
    }
}
