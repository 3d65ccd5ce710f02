using Pipeline.Api.Body;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Prompts;

namespace Pipeline.Api.Prompts;

/// <summary>Writes the prompts of jobs out when they are accepted: a stored input needs no template any more.</summary>
internal sealed class PromptedInputs(IPromptTemplates templates)
{
    private const string Field = "prompt";

    /// <summary>The input as it is stored, or null once it has reported what is wrong with its prompt.</summary>
    /// <param name="input">Validated.</param>
    /// <param name="path">Where it stands in the body; "" where it is the body.</param>
    public async Task<IJob?> WriteOutAsync(Guid clientId, IJob input, string path, InputErrors errors, CancellationToken cancellationToken)
    {
        if (input is not IPrompted prompted)
        {
            return input;
        }

        List<PromptTemplate> found = [];
        foreach (var choice in prompted.Prompts)
        {
            if (await FindAsync(clientId, choice, cancellationToken) is not { } template)
            {
                errors.Add(
                    JsonPath.Below(path, Field),
                    $"is \"{choice.Name ?? PromptTemplate.DefaultName}\", and {choice.Kind} has no such prompt in \"{choice.Language}\". Name another, or write the prompt yourself.");
                return null;
            }

            found.Add(template);
        }

        try
        {
            return prompted.WithPrompts(found);
        }
        catch (PromptException e)
        {
            errors.Add(JsonPath.Below(path, Field), e.Problem);
            return null;
        }
    }

    /// <summary>In the language that was chosen; "OK" and 👍 choose none.</summary>
    private async Task<PromptTemplate?> FindAsync(Guid clientId, PromptChoice choice, CancellationToken cancellationToken)
    {
        var found = await templates.FindAsync(clientId, choice.Kind, choice.Name, choice.Language, cancellationToken);
        return found is null && choice.IsGuess
            ? await templates.FindAsync(clientId, choice.Kind, choice.Name, choice.Language is TextLanguage.Korean ? TextLanguage.English : TextLanguage.Korean, cancellationToken)
            : found;
    }
}
