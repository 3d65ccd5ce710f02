namespace Pipeline.Contracts;

/// <summary>The ways a client may give a kind its prompt, of which it takes one: messages, a system and a user prompt, or values for a template.</summary>
/// <param name="Values">Whether there is a value for a template, or the choice of one.</param>
internal sealed record WrittenPrompt(IReadOnlyList<PromptMessage>? Messages, string? System, string? User, bool Values)
{
    public bool IsComplete => Messages is not null || User is not null;

    /// <summary>What the client wrote itself; read once there are no problems and the values are absent.</summary>
    public IReadOnlyList<PromptMessage> Written =>
        Messages ?? [.. System is null ? [] : (PromptMessage[])[new(PromptRoles.System, System)], new(PromptRoles.User, User!)];

    /// <param name="values">What the values are called together, for example <c>question and answer</c>.</param>
    public IEnumerable<InputProblem> Validate(string values, InputLimits limits)
    {
        var ways = (Messages is null ? 0 : 1) + (System is null && User is null ? 0 : 1) + (Values ? 1 : 0);
        if (ways is not 1)
        {
            return [new(
                "user_prompt",
                ways is 0 ? $"is required: send it with or without system_prompt, or {values}, or messages." : $"is one of several prompts: send user_prompt with or without system_prompt, or {values}, or messages.")];
        }

        return Messages is not null ? PromptRules.Messages("messages", Messages, limits)
            : Values ? []
            : [.. TextRules.Required("user_prompt", User, limits), .. System is null ? [] : TextRules.Required("system_prompt", System, limits)];
    }
}
