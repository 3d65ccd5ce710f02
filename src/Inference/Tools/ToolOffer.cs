using Microsoft.Extensions.AI;

namespace Pipeline.Inference.Tools;

/// <summary>The functions of a request, and what the model may do with them.</summary>
internal sealed record ToolOffer
{
    public required IReadOnlyList<OfferedTool> Tools { get; init; }

    /// <summary>Whether the model has to call one.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether it may call several at once.</summary>
    public bool MayRepeat { get; init; }

    /// <summary>Null where there are no functions, or none may be called.</summary>
    /// <exception cref="ArgumentException">A tool is no function.</exception>
    public static ToolOffer? Read(ChatOptions options)
    {
        if (options.Tools is not { Count: > 0 } tools || options.ToolMode is NoneChatToolMode)
        {
            return null;
        }

        var required = options.ToolMode as RequiredChatToolMode;
        return new()
        {
            Tools = [.. tools.Select(Read).Where(tool => required?.RequiredFunctionName is null || tool.Name == required.RequiredFunctionName)],
            IsRequired = required is not null,
            MayRepeat = options.AllowMultipleToolCalls is not false,
        };
    }

    private static OfferedTool Read(AITool tool) => tool is AIFunctionDeclaration function
        ? new(function.Name, function.Description, function.JsonSchema)
        : throw new ArgumentException($"{tool.Name} is a {tool.GetType().Name}; give functions only.", nameof(tool));
}
