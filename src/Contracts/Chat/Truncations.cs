namespace Pipeline.Contracts;

/// <summary>The values of <see cref="CompleteChat.Truncation"/>.</summary>
public static class Truncations
{
    /// <summary>The oldest messages leave where the context is full.</summary>
    public const string Auto = "auto";

    /// <summary>A conversation that does not fit is refused.</summary>
    public const string Disabled = "disabled";

    internal static IEnumerable<InputProblem> Choice(string? truncation) =>
        truncation is null or Auto or Disabled ? [] : [new("truncation", $"is \"{truncation}\": send {Auto} or {Disabled}.")];
}
