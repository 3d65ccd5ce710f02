namespace Pipeline.Workers.Inference.Generating;

/// <summary>What holds for every kind whose model writes. Section <c>Kinds</c>.</summary>
public sealed class WriterOptions
{
    public const string Section = "Kinds";

    /// <summary>
    /// Whether a model that is too small to write does jobs that ask for text all the same, such as the one that ships: for tests and
    /// demonstrations of the form of answers, which mean nothing. Default false.
    /// </summary>
    public bool AllowSmallWriter { get; init; }
}
