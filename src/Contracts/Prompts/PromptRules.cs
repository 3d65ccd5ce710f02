using System.Globalization;

namespace Pipeline.Contracts;

/// <summary>The checks of prompts that every kind shares whose model writes text.</summary>
public static class PromptRules
{
    private const double TemperatureMax = 2;
    private const int NameLengthMax = 100;

    /// <summary>Problems of a conversation that a model is to go on with.</summary>
    public static IEnumerable<InputProblem> Messages(string field, IReadOnlyList<PromptMessage> messages, InputLimits limits)
    {
        if (messages.Count is 0 || messages.Count > limits.MessagesMax)
        {
            return [new(field, $"has {messages.Count} elements: send 1 to {limits.MessagesMax} (Input:MessagesMax).")];
        }

        List<InputProblem> problems = [.. messages.SelectMany((message, index) => Message($"{field}[{index}]", message, index is 0 ? null : messages[index - 1], limits))];
        problems.AddRange(ToolRules.Messages(field, messages));
        if (messages[^1] is { Role: not (PromptRoles.User or PromptRoles.Tool) and var role })
        {
            problems.Add(new($"{field}[{messages.Count - 1}].role", $"is \"{role}\": the last message is the user's, whom the model answers."));
        }

        return problems;
    }

    /// <summary>Problems of what a client may say about how an answer is written.</summary>
    public static IEnumerable<InputProblem> Sampling(double? temperature, int? maxTokens, InputLimits limits)
    {
        if (temperature is < 0 or > TemperatureMax or double.NaN)
        {
            yield return new("temperature", string.Create(CultureInfo.InvariantCulture, $"is {temperature}: send 0 to {TemperatureMax}."));
        }

        if (maxTokens is < 1 || maxTokens > limits.OutputTokensMax)
        {
            yield return new("max_tokens", $"is {maxTokens}: send 1 to {limits.OutputTokensMax} (Input:OutputTokensMax).");
        }
    }

    /// <summary>Problems of how a client chooses a template.</summary>
    public static IEnumerable<InputProblem> Choice(string? prompt, string? language)
    {
        if (prompt is { Length: 0 or > NameLengthMax })
        {
            yield return new("prompt", $"has {prompt.Length} characters: send the name of a prompt, 1 to {NameLengthMax}.");
        }

        if (language is not (null or TextLanguage.Korean or TextLanguage.English))
        {
            yield return new("language", $"is \"{language}\": send \"{TextLanguage.Korean}\" or \"{TextLanguage.English}\", or leave it out.");
        }
    }

    private static IEnumerable<InputProblem> Message(string field, PromptMessage message, PromptMessage? before, InputLimits limits)
    {
        if (!PromptRoles.All.Contains(message.Role) && message.Role is not PromptRoles.Tool)
        {
            yield return new($"{field}.role", $"is \"{message.Role}\": send one of {string.Join(", ", PromptRoles.All)}, tool.");
        }
        else if (message.Role is PromptRoles.System && before is { Role: not PromptRoles.System })
        {
            yield return new($"{field}.role", "is \"system\" after other messages: send system messages first.");
        }

        // An assistant that was cut or only called functions has said nothing, and a function may answer nothing.
        var mayBeEmpty = message.Role is PromptRoles.Assistant or PromptRoles.Tool && message.Content is not null && message.Content.Length <= limits.TextLengthMax;
        foreach (var problem in mayBeEmpty ? [] : TextRules.Required($"{field}.content", message.Content, limits))
        {
            yield return problem;
        }
    }
}
