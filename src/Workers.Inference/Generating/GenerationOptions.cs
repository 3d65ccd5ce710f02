using System.ComponentModel.DataAnnotations;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>What every kind of job that generates text lets its operator choose.</summary>
public abstract class GenerationOptions
{
    /// <summary>
    /// An instruct model: a name of section <c>Models</c>, or a GGUF file; null or empty takes the small model that ships with Pipeline,
    /// which cannot write. Kinds that name the same one share one engine.
    /// </summary>
    public string? Model { get; init; }

    /// <summary>Most tokens of an answer whose request sets no limit. 16 to 131,072, default 1,024.</summary>
    [Range(16, 131_072)]
    public int OutputTokensMax { get; init; } = 1_024;

    internal bool IsShipped => string.IsNullOrEmpty(Model);

    /// <summary>The section that these options come from.</summary>
    internal abstract string Name { get; }

    /// <summary>Where the options of a kind stand: <c>Kinds:MyKind</c> for <c>my-kind</c>.</summary>
    internal static string SectionOf(string kind) =>
        "Kinds:" + string.Concat(kind.Split('-').Select(word => word.Length is 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..]));
}
