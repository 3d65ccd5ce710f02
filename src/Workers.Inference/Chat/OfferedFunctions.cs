using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Contracts;

namespace Pipeline.Workers.Inference.Chat;

/// <summary>The functions of a chat as the model's options have them.</summary>
internal static class OfferedFunctions
{
    private static readonly JsonElement NoArguments = JsonElement.Parse("""{"type":"object","properties":{},"additionalProperties":false}""");

    public static void Offer(CompleteChat job, ChatOptions wishes)
    {
        if (job.Tools is not { Count: > 0 } tools || job.ToolChoice is ToolChoices.None)
        {
            return;
        }

        wishes.Tools = [.. tools.Select(tool => AIFunctionFactory.CreateDeclaration(tool.Name, tool.Description, tool.Parameters ?? NoArguments))];
        wishes.ToolMode = job.ToolChoice is ToolChoices.Required ? ChatToolMode.RequireAny : ChatToolMode.Auto;
        wishes.AllowMultipleToolCalls = job.ParallelToolCalls is not false;
    }
}
