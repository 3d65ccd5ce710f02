using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Contracts;
using Pipeline.Contracts.Unicode;
using Pipeline.Core.Prompts;

namespace Pipeline.Api.Prompts;

/// <summary>Reads a prompt from a request body and checks it as far as it can be checked on its own.</summary>
internal sealed class PromptBody(JobCatalog catalog, IOptions<InputLimits> limits, IOptions<PromptOptions> options)
{
    private const int NameLengthMax = 100;

    private static readonly string[] Languages = [TextLanguage.Korean, TextLanguage.English];

    /// <summary>What can only be said once: kind, name and language. Null once it has reported what is wrong.</summary>
    public PromptTemplate? TakeIdentity(BodyFields fields)
    {
        var before = fields.Errors.Count;
        var kind = fields.Take("kind", JsonValueKind.String, required: true)?.GetString();
        var name = fields.Take("name", JsonValueKind.String, required: true)?.GetString();
        var language = fields.Take("language", JsonValueKind.String, required: true)?.GetString();
        if (kind is not null && !(catalog.TryFind(kind, out var known) && known.IsPrompted))
        {
            fields.Errors.Add("kind", $"is \"{kind}\", which takes no prompts. Kinds that do: {string.Join(", ", catalog.All.Where(one => one.IsPrompted).Select(one => one.Name))}.");
        }

        if (name is not null && (VisibleText.IsBlank(name) || name.Length > NameLengthMax))
        {
            fields.Errors.Add("name", $"has {name.Length} characters: send 1 to {NameLengthMax} that are not all white space.");
        }

        if (language is not null && !Languages.Contains(language))
        {
            fields.Errors.Add("language", $"is \"{language}\": send one of {string.Join(", ", Languages)}.");
        }

        return fields.Errors.Count > before ? null : new PromptTemplate { Kind = kind!, Name = name!, Language = language!, Version = 1, System = "" };
    }

    /// <summary>What versions differ in. Null once it has reported what is wrong.</summary>
    public PromptText? TakeText(BodyFields fields)
    {
        var before = fields.Errors.Count;
        var system = Template(fields, "system", required: true);
        var user = Template(fields, "user", required: false);
        var examples = TakeExamples(fields);
        return fields.Errors.Count > before ? null : new(system!, user, examples);
    }

    private List<PromptExample> TakeExamples(BodyFields fields)
    {
        const string Field = "examples";
        if (fields.Take(Field, JsonValueKind.Array, required: false) is not { } array)
        {
            return [];
        }

        if (array.GetArrayLength() > options.Value.ExamplesMax)
        {
            fields.Errors.Add(Field, $"has {array.GetArrayLength()} elements; at most {options.Value.ExamplesMax} are accepted (Prompts:ExamplesMax).");
            return [];
        }

        List<PromptExample> examples = [];
        foreach (var (index, element) in array.EnumerateArray().Index())
        {
            var path = $"{Field}[{index}]";
            if (element.ValueKind is not JsonValueKind.Object)
            {
                fields.Errors.Add(path, JsonWords.Mismatch(element, "an object"));
                continue;
            }

            var own = new BodyFields(element, new());
            var (user, assistant) = (Text(own, "user", required: true), Text(own, "assistant", required: true));
            own.RefuseUnknown();
            if (own.Errors.Any)
            {
                fields.Errors.AddBelow(path, own.Errors.ToProblem().Errors!);
            }
            else
            {
                examples.Add(new(user!, assistant!));
            }
        }

        return examples;
    }

    private string? Template(BodyFields fields, string name, bool required)
    {
        var text = Text(fields, name, required);
        if (text is not null && PromptRenderer.Unclosed(text) is { } unclosed)
        {
            fields.Errors.Add(name, $"has {unclosed} without }}}}: close the placeholder, or write the braces apart.");
        }

        return text;
    }

    private string? Text(BodyFields fields, string name, bool required)
    {
        if (fields.Take(name, JsonValueKind.String, required)?.GetString() is not { } text)
        {
            return null;
        }

        foreach (var problem in TextRules.Required(name, text, limits.Value))
        {
            fields.Errors.Add(problem.Field, problem.Message);
        }

        return text;
    }
}

/// <summary>What versions of a prompt differ in.</summary>
internal sealed record PromptText(string System, string? User, IReadOnlyList<PromptExample> Examples)
{
    public PromptTemplate In(PromptTemplate identity) => identity with { System = System, User = User, Examples = Examples };
}
