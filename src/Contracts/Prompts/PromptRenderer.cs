using System.Text.RegularExpressions;

namespace Pipeline.Contracts;

/// <summary>
/// Puts values into a template. Strict: a placeholder without a value and a required value without a placeholder are errors.
/// One pass, so that a value which looks like a placeholder stays what it is.
/// </summary>
public static partial class PromptRenderer
{
    /// <param name="template">With or without a user's message.</param>
    /// <param name="required">Values that the template has to use.</param>
    /// <param name="optional">Values that it may use.</param>
    /// <exception cref="PromptException">The template and the values do not fit; the message names the placeholder.</exception>
    public static IReadOnlyList<PromptMessage> Render(
        PromptTemplate template, IReadOnlyDictionary<string, string> required, IReadOnlyDictionary<string, string> optional)
    {
        HashSet<string> used = [];
        var system = Fill(template.System);
        var user = template.User is null ? null : Fill(template.User);
        if (required.Keys.FirstOrDefault(name => !used.Contains(name)) is { } missing)
        {
            throw new PromptException(template, $"does not use {{{{{missing}}}}}, which the model needs to answer. Add it.");
        }

        return
        [
            new(PromptRoles.System, system),
            .. template.Examples.SelectMany(example => (PromptMessage[])[new(PromptRoles.User, example.User), new(PromptRoles.Assistant, example.Assistant)]),
            .. user is null ? [] : (PromptMessage[])[new(PromptRoles.User, user)],
        ];

        string Fill(string text) => Placeholder().Replace(text, match =>
        {
            var name = match.Groups[1].Value;
            used.Add(name);
            return required.TryGetValue(name, out var value) || optional.TryGetValue(name, out value)
                ? value
                : throw new PromptException(template, $"has the placeholder {{{{{name}}}}}, which does not exist. Known: {string.Join(", ", required.Keys.Concat(optional.Keys))}.");
        });
    }

    [GeneratedRegex(@"\{\{\s*([^{}\s]+)\s*\}\}")]
    private static partial Regex Placeholder();
}

/// <summary>A template cannot be used for the values that a kind of job has.</summary>
public sealed class PromptException(PromptTemplate template, string problem)
    : Exception($"\"{template.Name}\" (kind {template.Kind}, language {template.Language}, version {template.Version}) {problem}")
{
    /// <summary>What is wrong, as the end of a sentence that begins with the name of the prompt.</summary>
    public string Problem => problem;
}
