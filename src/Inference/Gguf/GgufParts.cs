using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Inference.Gguf;

/// <summary>
/// Models in several files, as llama.cpp splits them: <c>NAME-00001-of-00003.gguf</c> and so on. The first one is named to load; the
/// library finds the others beside it.
/// </summary>
public static partial class GgufParts
{
    /// <summary>More than any model has; a name that asks for more is no part.</summary>
    public const int CountMax = 999;

    /// <summary>All files of the model that the first of them, or a file of its own, is the name of; paths and URLs alike.</summary>
    public static IReadOnlyList<string> Of(string path)
    {
        if (Place(path) is not (1, var count))
        {
            return [path];
        }

        Match match = Name().Match(path);
        string stem = path[..match.Index];
        return [.. Enumerable.Range(1, count).Select(part => string.Create(CultureInfo.InvariantCulture, $"{stem}-{part:00000}-of-{count:00000}.gguf"))];
    }

    /// <summary>Which part of how many a name says; null for a model in one file.</summary>
    public static (int Part, int Count)? Place(string path) =>
        Name().Match(path) is { Success: true } match
        && int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is var part and > 0
        && int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) is var count and <= CountMax
        && part <= count ? (part, count) : null;

    [GeneratedRegex(@"-([0-9]{5})-of-([0-9]{5})\.gguf\z")]
    private static partial Regex Name();
}
