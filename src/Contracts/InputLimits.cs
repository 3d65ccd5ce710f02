using System.ComponentModel.DataAnnotations;

namespace Pipeline.Contracts;

/// <summary>Bounds on what a client may send, checked before a job is accepted. Section <c>Input</c>.</summary>
public sealed class InputLimits
{
    public const string Section = "Input";

    /// <summary>Longest single text, in UTF-16 code units. A worker rejects by tokens as well, which only it can count.</summary>
    [Range(1, 1_000_000)]
    public int TextLengthMax { get; init; } = 20_000;
}
