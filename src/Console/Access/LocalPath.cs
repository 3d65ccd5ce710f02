namespace Pipeline.Console.Access;

/// <summary>Where a form wants to go back to: a page of this server, or the first one.</summary>
internal static class LocalPath
{
    public static string Of(string? path) => IsLocal(path) ? path! : "/";

    /// <summary>Browsers take a backslash for a slash and drop control characters, and two slashes begin a host.</summary>
    private static bool IsLocal(string? path) =>
        path is ['/', ..] && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\') && !path.Any(char.IsControl) && path.All(char.IsAscii);
}
