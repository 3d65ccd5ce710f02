using Pipeline.Api.Body;

namespace Pipeline.Api.OpenAi.Responses;

/// <summary>The fields of a request that nothing here honours, as <see cref="CompletionFields"/> has them for chats.</summary>
internal static class ResponseFields
{
    private static readonly string[] Hints =
    [
        "include", "reasoning", "service_tier", "prompt_cache_key", "prompt_cache_retention", "max_tool_calls",
        "stream_options", "top_logprobs",
    ];

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
}
