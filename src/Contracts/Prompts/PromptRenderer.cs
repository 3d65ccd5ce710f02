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
        var system = Fill(template.System, "system");
        var user = template.User is null ? null : Fill(template.User, "user");
        if (required.Keys.FirstOrDefault(name => !used.Contains(name)) is { } missing)
        {
            throw new PromptException(template, template.User is null ? "system" : "user", $"does not use {{{{{missing}}}}}, which the model needs to answer. Add it.");
        }

        return
        [
            new(PromptRoles.System, system),
            .. template.Examples.SelectMany(example => (PromptMessage[])[new(PromptRoles.User, example.User), new(PromptRoles.Assistant, example.Assistant)]),
            .. user is null ? [] : (PromptMessage[])[new(PromptRoles.User, user)],
        ];

        string Fill(string text, string field) => Placeholder().Replace(text, match =>
        {
            var name = match.Groups[1].Value;
            used.Add(name);
            return required.TryGetValue(name, out var value) || optional.TryGetValue(name, out value)
                ? value
                : throw new PromptException(template, field, $"has the placeholder {{{{{name}}}}}, which does not exist. Known: {string.Join(", ", required.Keys.Concat(optional.Keys))}.");
        });
    }

    /// <summary>A placeholder of a template's text that is begun and not closed; null where there is none.</summary>
    public static string? Unclosed(string text) => Unclosed().Match(text) is { Success: true } match ? match.Value.TrimEnd() : null;

    [GeneratedRegex(@"\{\{\s*[A-Za-z_][A-Za-z0-9_.-]*(?![A-Za-z0-9_.-])(?!\s*\}\})")]
    private static partial Regex Unclosed();

    [GeneratedRegex(@"\{\{\s*([^{}\s]+)\s*\}\}")]
    private static partial Regex Placeholder();
}

/// <summary>A template cannot be used for the values that a kind of job has.</summary>
/// <param name="part">What of the template is to blame: system or user.</param>
public sealed class PromptException(PromptTemplate template, string part, string problem)
    : Exception($"\"{template.Name}\" (kind {template.Kind}, language {template.Language}, version {template.Version}) {problem}")
{
    /// <summary>What of the template is to blame: system or user.</summary>
    public string Part => part;

    /// <summary>What is wrong, as the end of a sentence that begins with the name of the prompt.</summary>
    public string Problem => problem;
}
