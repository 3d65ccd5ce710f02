namespace Pipeline.Cli.Doctor;

/// <summary>What a check has found.</summary>
/// <param name="What">One sentence.</param>
/// <param name="Remedy">What to do; null where nothing has to be done.</param>
internal sealed record Finding(FindingLevel Level, string What, string? Remedy = null)
{
    public static Finding Good(string what) => new(FindingLevel.Good, what);

    public static Finding Warning(string what, string remedy) => new(FindingLevel.Warning, what, remedy);

    public static Finding Bad(string what, string remedy) => new(FindingLevel.Bad, what, remedy);
}

internal enum FindingLevel
{
    Good,

    /// <summary>It works, and not as well or as safely as it could.</summary>
    Warning,

    /// <summary>The pipeline does not start, or loses something.</summary>
    Bad,
}

internal static class FindingLevelWords
{
    public static string Word(this FindingLevel level) => level switch
    {
        FindingLevel.Good => "ok",
        FindingLevel.Warning => "warn",
        _ => "bad",
    };
}
