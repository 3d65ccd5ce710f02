using System.ComponentModel.DataAnnotations;

namespace Pipeline.Contracts;

/// <summary>Bounds on what a client may send, checked before a job is accepted. Section <c>Input</c>.</summary>
public sealed class InputLimits
{
    public const string Section = "Input";

    /// <summary>Longest single text, in UTF-16 code units. A worker rejects by tokens as well, which only it can count.</summary>
    [Range(1, 1_000_000)]
    public int TextLengthMax { get; init; } = 20_000;

    /// <summary>Most messages of one conversation. 1 to 10,000, default 256.</summary>
    [Range(1, 10_000)]
    public int MessagesMax { get; init; } = 256;

    /// <summary>Most questions with answers in one report or one interview's history. 1 to 10,000, default 1,000.</summary>
    [Range(1, 10_000)]
    public int ExchangesMax { get; init; } = 1_000;

    /// <summary>Most tokens that a client may ask one answer to have. 1 to 131,072, default 4,096.</summary>
    [Range(1, 131_072)]
    public int OutputTokensMax { get; init; } = 4_096;
}
