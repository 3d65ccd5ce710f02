namespace Pipeline.Inference.Structured.Patterns;

/// <summary>A pattern is no regular expression, or has something that cannot be kept.</summary>
internal sealed class PatternException(string message) : Exception(message);
