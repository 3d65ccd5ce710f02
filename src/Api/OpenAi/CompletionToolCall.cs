namespace Pipeline.Api.OpenAi;

/// <summary>A call, in answers and in the messages that repeat them.</summary>
internal sealed record CompletionToolCall
{
    public required string Id { get; init; }

    public string? Type { get; init; }

    public required CompletionCalledFunction Function { get; init; }

    /// <summary>The place among the calls; only where clients repeat pieces of a stream.</summary>
    public int? Index { get; init; }
}

/// <param name="Arguments">A JSON object, as text.</param>
internal sealed record CompletionCalledFunction(string Name, string Arguments);
