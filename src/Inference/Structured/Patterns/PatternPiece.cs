namespace Pipeline.Inference.Structured.Patterns;

/// <summary>A part of a pattern. What it looks ahead at is behind it, so it is put before that.</summary>
/// <param name="Plain">The texts of the part; null where it looks ahead.</param>
/// <param name="Before">The part, and then what follows.</param>
internal readonly record struct PatternPiece(PatternTerm? Plain, Func<PatternTerm, PatternTerm> Before);
