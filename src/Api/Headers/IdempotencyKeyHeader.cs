using Pipeline.Api.Problems;

namespace Pipeline.Api.Headers;

/// <summary><c>Idempotency-Key</c>: a repeat of the same request gets the jobs of the first time.</summary>
internal static class IdempotencyKeyHeader
{
    public const string Name = "Idempotency-Key";
    public const string ReplayedName = "Idempotency-Replayed";

    private const int LengthMax = 255;

    public static string? Read(IHeaderDictionary headers, InputErrors errors)
    {
        if (!headers.TryGetValue(Name, out var values))
        {
            return null;
        }

        if (values is [{ Length: > 0 and <= LengthMax } key] && key.All(character => character is > ' ' and <= '~'))
        {
            return key;
        }

        var current = values is [{ } one] ? $"has {one.Length} characters" : $"is there {values.Count} times";
        errors.Add(Name, $"{current}: send it once, with 1 to {LengthMax} visible ASCII characters and no spaces, for example a UUID.");
        return null;
    }
}
