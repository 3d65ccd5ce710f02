namespace Pipeline.Inference.Structured;

/// <summary>
/// What the next token of one answer may be. Belongs to one request and is used by the scheduler's loop only.
/// The sampler asks <see cref="Allows"/> for the token it drew, then for the most probable ones, and falls back to
/// <see cref="Mask"/> over the whole vocabulary only when none of them is allowed.
/// </summary>
internal interface ITokenConstraint
{
    /// <summary>True when the answer may end here.</summary>
    bool CanEnd { get; }

    /// <summary>True when the answer is complete and nothing may follow.</summary>
    bool MustEnd { get; }

    /// <summary>True when the token may come next. Control and end-of-generation tokens never may.</summary>
    bool Allows(int token);

    /// <summary>Sets the logit of every token that may not come next to negative infinity.</summary>
    /// <param name="logits">One entry a token of the vocabulary.</param>
    void Mask(Span<float> logits);

    /// <summary>Moves past a token.</summary>
    /// <exception cref="InvalidOperationException">The token is not allowed here.</exception>
    void Accept(int token);
}
