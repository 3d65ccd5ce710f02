using System.Text.Json;
using Pipeline.Api.Body;

namespace Pipeline.Api.OpenAi;

/// <summary>
/// The fields of OpenAI's requests that nothing here honours. Those that only hint are left alone and named in a header; those
/// that would change the answer are taken with the value that asks for nothing. docs/api.md has the table.
/// </summary>
internal static class CompletionFields
{
    /// <summary>Names of the fields that were left alone.</summary>
    public const string IgnoredHeader = "Pipeline-Ignored";

    /// <summary>Values that were cut to a limit.</summary>
    public const string AdjustedHeader = "Pipeline-Adjusted";

    private static readonly string[] Hints =
    [
        "metadata", "store", "service_tier", "prompt_cache_key", "prompt_cache_retention", "reasoning_effort",
        "verbosity", "prediction",
    ];

    private static readonly (string Name, Func<JsonElement, bool> AsksForNothing, string Remedy)[] Unavailable =
    [
        ("logit_bias", IsEmpty, "no token can be favoured here"),
        ("modalities", value => value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueEquals("text")), "answers are text"),
        ("audio", IsEmpty, "answers are text"),
        ("web_search_options", IsEmpty, "nothing is searched on the web"),
        ("functions", IsEmpty, "send them as tools"),
        ("function_call", value => value.ValueKind is JsonValueKind.String && (value.ValueEquals("auto") || value.ValueEquals("none")), "send tool_choice"),
    ];

    /// <summary>Takes them all.</summary>
    /// <returns>Names of those that had a value and are left alone.</returns>
    public static IReadOnlyList<string> Take(BodyFields fields)
    {
        fields.NullIsAbsent = true;
        foreach (var (name, asksForNothing, remedy) in Unavailable)
        {
            if (fields.TakeAny(name) is { } value && !asksForNothing(value))
            {
                fields.Errors.Add(name, $"has a value that would change the answer: {remedy}.");
            }
        }

        return [.. Hints.Where(name => fields.TakeAny(name) is not null)];
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.Array => value.GetArrayLength() is 0,
        _ => false,
    };
}
