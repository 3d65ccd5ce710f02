using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Problems;

namespace Pipeline.Api.OpenAi.Responses;

/// <summary>The fields of a request that nothing here honours, as <see cref="CompletionFields"/> has them for chats.</summary>
internal static class ResponseFields
{
    private static readonly string[] Hints =
    [
        "include", "reasoning", "service_tier", "prompt_cache_key", "prompt_cache_retention", "max_tool_calls",
        "stream_options", "top_logprobs",
    ];

    private const string Verbosity = "text.verbosity";

    private static readonly (string Name, string Remedy)[] Unavailable =
    [
        ("prompt", "send instructions and input"),
        ("conversation", "send previous_response_id"),
    ];

    /// <summary>Takes them all.</summary>
    /// <returns>Names of those that had a value and are left alone.</returns>
    public static IReadOnlyList<string> Take(BodyFields fields)
    {
        fields.NullIsAbsent = true;
        foreach (var (name, remedy) in Unavailable)
        {
            if (fields.TakeAny(name) is not null)
            {
                fields.Errors.Add(name, $"is not available here: {remedy}.");
            }
        }

        return [.. Hints.Where(name => fields.TakeAny(name) is not null)];
    }

    /// <summary>What stands beside the format of the text.</summary>
    /// <returns>As <see cref="Take"/>.</returns>
    public static IReadOnlyList<string> OfText(JsonElement? text, InputErrors errors)
    {
        if (text is not { ValueKind: JsonValueKind.Object } given)
        {
            return [];
        }

        List<string> names = [.. given.EnumerateObject()
            .Where(field => field.Name is not "format" && field.Value.ValueKind is not JsonValueKind.Null).Select(field => $"text.{field.Name}")];
        foreach (var name in names.Where(name => name is not Verbosity))
        {
            errors.Add(name, "is not a known field. Known: format, verbosity.");
        }

        return names;
    }
}
