using System.ComponentModel;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Contracts;

namespace Examples.Translate;

/// <summary>A text in another language.</summary>
public sealed record Translate : IJob<Translate, TranslateResult>, IPrompted
{
    private const int TargetLengthMax = 40;

    public static string Kind => "translate";

    public static JsonTypeInfo<Translate> Json => TranslateJson.Default.Translate;

    public static JsonTypeInfo<TranslateResult> ResultJson => TranslateJson.Default.TranslateResult;

    public static JobKind<Translate, TranslateResult> Descriptor => TranslateKind.Descriptor;

    [Description("What to translate, at most Input:TextLengthMax (20,000) UTF-16 code units.")]
    public required string Text { get; init; }

    [Description("The language to translate into, as people name it: Korean, 日本語, Brazilian Portuguese.")]
    public required string Target { get; init; }

    [Description("Name of a translate prompt; default \"default\".")]
    public string? Prompt { get; init; }

    /// <summary>How the model is asked, as it was when the job was accepted.</summary>
    [WrittenByApi]
    public PromptTemplate? Template { get; init; }

    // In the language that names the target: 한국어 finds the Korean template, Korean the English one.
    IReadOnlyList<PromptChoice> IPrompted.Prompts => [new(Kind, Prompt, TextLanguage.Written(Target))];

    public IEnumerable<InputProblem> Validate(InputLimits limits)
    {
        List<InputProblem> problems = [.. TextRules.Required("text", Text, limits), .. TextRules.Required("target", Target, limits)];
        if (Target.Length > TargetLengthMax)
        {
            problems.Add(new("target", $"has {Target.Length} characters: send the name of a language, at most {TargetLengthMax}."));
        }

        return problems;
    }

    public IJob WithPrompts(IReadOnlyList<PromptTemplate> templates)
    {
        var job = this with { Template = templates[0] };
        job.Messages(); // A template that does not fit fails here, where the client hears of it.
        return job;
    }

    /// <summary>What the model is asked.</summary>
    /// <exception cref="PromptException">The template does not use what it has to.</exception>
    public IReadOnlyList<PromptMessage> Messages() => PromptRenderer.Render(
        Template!, new Dictionary<string, string> { ["text"] = Text, ["target"] = Target }, PromptValues.None);
}

/// <summary>The translation.</summary>
public sealed record TranslateResult : GeneratedResult
{
    [Description("The text in the target language.")]
    public required string Translation { get; init; }

    [Description("The target as it was asked for.")]
    public required string Target { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(Translate))]
[JsonSerializable(typeof(TranslateResult))]
[JsonSerializable(typeof(TranslateFields))]
internal sealed partial class TranslateJson : JsonSerializerContext;
