using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Prompts;

namespace Pipeline.Api.Prompts;

/// <summary>
/// Tries a template on an input, the way that a job would use it. So what is accepted is what works, and placeholders are
/// known in one place: the kind's.
/// </summary>
internal sealed class PromptTrial(IPromptTemplates templates, JobCatalog catalog, IOptions<InputLimits> limits)
{
    /// <summary>The input as it would be stored; null once it has reported why it cannot be.</summary>
    /// <param name="input">Null: the kind's sample.</param>
    public async Task<JsonElement?> RunAsync(
        Guid clientId, PromptTemplate prompt, JsonElement? input, InputErrors errors, CancellationToken cancellationToken)
    {
        var kind = catalog.Get(prompt.Kind);
        var given = input ?? JsonElement.Parse(kind.PromptSample ?? kind.Examples[0].Json);
        if (KindDraft.ParseInput(kind, given, "input", errors, limits.Value) is not { } job || errors.Any)
        {
            return null;
        }

        var choices = ((IPrompted)job).Prompts;
        if (choices is [])
        {
            errors.Add("input", "brings its prompt along, so no template is used: send one without, or none for a sample.");
            return null;
        }

        if (choices.Count > 1 && choices.All(choice => choice.Name != prompt.Name))
        {
            errors.Add("name", $"is \"{prompt.Name}\", which kind {prompt.Kind} never asks for: send one of {string.Join(", ", choices.Select(choice => choice.Name))}.");
            return null;
        }

        var used = new List<PromptTemplate>();
        foreach (var choice in choices)
        {
            used.Add(choices.Count is 1 || choice.Name == prompt.Name
                ? prompt
                : await templates.FindAsync(clientId, choice.Kind, choice.Name, prompt.Language, cancellationToken)
                    ?? throw new InvalidOperationException($"No template {choice.Name} of kind {choice.Kind} comes with Pipeline."));
        }

        try
        {
            return JsonSerializer.SerializeToElement(((IPrompted)job).WithPrompts(used), kind.InputJson);
        }
        catch (PromptException exception)
        {
            errors.Add(exception.Part, exception.Problem);
            return null;
        }
    }
}
