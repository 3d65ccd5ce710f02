namespace Pipeline.Inference.Generation;

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
