namespace Pipeline.Contracts;

/// <summary>The values of <see cref="ChatResult.FinishReason"/>.</summary>
public static class FinishReasons
{
    /// <summary>The model ended its answer.</summary>
    public const string Stop = "stop";

    /// <summary>The answer reached its limit of tokens: what is there is not all.</summary>
    public const string Length = "length";

    /// <summary>The model asks its client to call functions.</summary>
    public const string ToolCalls = "tool_calls";
}
