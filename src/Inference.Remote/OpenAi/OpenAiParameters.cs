using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Chat;

namespace Pipeline.Inference.Remote.OpenAi;

/// <summary>
/// <see cref="ChatOptions"/> in the SDK's type. What OpenAI does not know and other servers do goes in as JSON: TopK as top_k,
/// and <see cref="ChatOptions.AdditionalProperties"/> under their own names (min_p, repeat_penalty, chat_template_kwargs, …).
/// </summary>
internal static class OpenAiParameters
{
    /// <summary>In AdditionalProperties, false: the schema of the answer is a wish and not a rule. Not sent itself.</summary>
    public const string Strict = "strict";

    private const string SchemaName = "answer";

    // llama-server's name and that of vLLM and SGLang; each ignores the other.
    private static readonly string[] RepetitionNames = ["repeat_penalty", "repetition_penalty"];

    /// <param name="extra">Whether the server takes parameters that are not OpenAI's.</param>
    /// <param name="client">Given to the factory of the raw options.</param>
    public static ChatCompletionOptions From(ChatOptions? options, bool extra, IChatClient client)
    {
        var request = options?.RawRepresentationFactory?.Invoke(client) as ChatCompletionOptions ?? new ChatCompletionOptions();
        if (options is null)
        {
            return request;
        }

        AddTools(request, options);
        request.Temperature ??= options.Temperature;
        request.TopP ??= options.TopP;
        request.MaxOutputTokenCount ??= options.MaxOutputTokens;
        request.Seed ??= options.Seed;
        request.FrequencyPenalty ??= options.FrequencyPenalty;
        request.PresencePenalty ??= options.PresencePenalty;
        request.ResponseFormat ??= Format(options);
        foreach (string stop in options.StopSequences ?? [])
        {
            request.StopSequences.Add(stop);
        }

        request.ReasoningEffortLevel ??= Effort(options.Reasoning?.Effort, extra);
        if (extra)
        {
            AddExtra(request, options);
        }

        return request;
    }

    private static void AddTools(ChatCompletionOptions request, ChatOptions options)
    {
        if (options.Tools is not { Count: > 0 } tools)
        {
            return;
        }

        foreach (AITool tool in tools)
        {
            if (tool is not AIFunctionDeclaration function)
            {
                throw new NotSupportedException($"ChatOptions has the tool {tool.Name}, a {tool.GetType().Name}; servers are given only functions.");
            }

            request.Tools.Add(ChatTool.CreateFunctionTool(function.Name, function.Description, BinaryData.FromString(function.JsonSchema.GetRawText())));
        }

        request.AllowParallelToolCalls ??= options.AllowMultipleToolCalls;
        request.ToolChoice ??= options.ToolMode switch
        {
            NoneChatToolMode => ChatToolChoice.CreateNoneChoice(),
            RequiredChatToolMode { RequiredFunctionName: { } name } => ChatToolChoice.CreateFunctionChoice(name),
            RequiredChatToolMode => ChatToolChoice.CreateRequiredChoice(),
            _ => ChatToolChoice.CreateAutoChoice(),
        };
    }

    private static OpenAI.Chat.ChatResponseFormat? Format(ChatOptions options) => options.ResponseFormat switch
    {
        ChatResponseFormatJson { Schema: { } schema } json => OpenAI.Chat.ChatResponseFormat.CreateJsonSchemaFormat(
            json.SchemaName ?? SchemaName, BinaryData.FromString(schema.GetRawText()), json.SchemaDescription, IsStrict(options)),
        ChatResponseFormatJson => OpenAI.Chat.ChatResponseFormat.CreateJsonObjectFormat(),
        ChatResponseFormatText => OpenAI.Chat.ChatResponseFormat.CreateTextFormat(),
        _ => null,
    };

    private static bool IsStrict(ChatOptions options) => options.AdditionalProperties?.GetValueOrDefault(Strict) is not false;

    private static ChatReasoningEffortLevel? Effort(ReasoningEffort? effort, bool extra)
    {
        string? name = effort switch
        {
            ReasoningEffort.None => extra ? null : "none", // Else the template turns it off; see AddExtra.
            ReasoningEffort.Low => "low",
            ReasoningEffort.Medium => "medium",
            ReasoningEffort.High => "high",
            ReasoningEffort.ExtraHigh => "xhigh",
            _ => null,
        };
        return name is null ? default(ChatReasoningEffortLevel?) : new ChatReasoningEffortLevel(name);
    }

    private static void AddExtra(ChatCompletionOptions request, ChatOptions options)
    {
        if (request.MaxOutputTokenCount is { } tokens)
        {
            Set(request, "max_tokens", tokens); // Older servers do not know the SDK's max_completion_tokens.
        }

        if (options.TopK is { } k)
        {
            Set(request, "top_k", k);
        }

        if (options.Reasoning?.Effort is ReasoningEffort.None)
        {
            Set(request, "chat_template_kwargs", new Dictionary<string, bool> { ["enable_thinking"] = false });
        }

        foreach (var (name, value) in options.AdditionalProperties ?? [])
        {
            foreach (string parameter in RepetitionNames.Contains(name) ? RepetitionNames : name == Strict ? [] : [name])
            {
                Set(request, parameter, value);
            }
        }
    }

    private static void Set(ChatCompletionOptions request, string name, object? value)
    {
        if (!name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'))
        {
            throw new ArgumentException($"ChatOptions.AdditionalProperties has \"{name}\"; names of parameters are letters, digits and underscores.");
        }

        request.Patch.Set(Encoding.UTF8.GetBytes("$." + name), JsonSerializer.SerializeToUtf8Bytes(value, AIJsonUtilities.DefaultOptions));
    }
}
