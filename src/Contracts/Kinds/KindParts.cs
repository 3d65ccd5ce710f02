using System.Text.Json;

namespace Pipeline.Contracts;

/// <summary>A name in the languages of reports.</summary>
public sealed record Words(string English, string Korean)
{
    public string In(string language) => language is TextLanguage.Korean ? Korean : English;
}

/// <summary>A body that the path of a kind accepts as it stands.</summary>
/// <param name="Name">For people; unique among the examples of the kind.</param>
public sealed record JobExample(string Name, string Json);

/// <summary>A label that results name, and what people call it.</summary>
public sealed record JobLabel(string Name, Words Title);

/// <summary>Where a result has its score, and how far the scale goes from 0.</summary>
/// <param name="Field">A <see cref="ResultPath"/>.</param>
public sealed record ScoreScale(string Field, int Max);

/// <summary>What evaluation compares. Paths are those of <see cref="ResultPath"/>.</summary>
public sealed record AnswerMeasure
{
    /// <summary>The texts that the model wrote, in order.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>Vectors, each of which has length 1.</summary>
    public string? Vectors { get; init; }

    /// <summary>How many numbers each vector has.</summary>
    public string? Dimensions { get; init; }
}

/// <summary>What suits the queues of a kind unless an operator says otherwise; null leaves it to the options of queues.</summary>
public sealed record QueueDefaults
{
    /// <summary>Queues whose jobs are many requests of their own: few at once, and none waits for the end of others to be acknowledged.</summary>
    public static QueueDefaults LongJobs { get; } = new() { Prefetch = 4, ItemsPerMessage = 1, BulkItemsPerMessage = 1 };

    public int? Prefetch { get; init; }

    public int? ItemsPerMessage { get; init; }

    /// <summary>The same of the bulk queue. docs/adr/2026-11-20-messages-carry-ids.md says why 16.</summary>
    public int BulkItemsPerMessage { get; init; } = 16;
}

/// <summary>Names of fields from the top of a result, with dots between them; <c>[]</c> after a name takes every element.</summary>
public static class ResultPath
{
    private const string Every = "[]";

    /// <summary>What stands there; nothing where a field is absent.</summary>
    public static IEnumerable<JsonElement> Find(JsonElement result, string path)
    {
        IEnumerable<JsonElement> found = [result];
        foreach (var step in path.Split('.'))
        {
            var isEvery = step.EndsWith(Every, StringComparison.Ordinal);
            var name = isEvery ? step[..^Every.Length] : step;
            found = found.SelectMany(element => element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value)
                ? isEvery && value.ValueKind is JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value]
                : Array.Empty<JsonElement>());
        }

        return found;
    }
}
