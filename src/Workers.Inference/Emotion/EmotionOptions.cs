using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Contracts.Languages;

namespace Pipeline.Workers.Inference.Emotion;

/// <summary>How emotion jobs are done. Section <c>Kinds:Emotion</c>.</summary>
public sealed class EmotionOptions
{
    public const string Section = "Kinds:Emotion";

    /// <summary>An instruct model: a name of section <c>Models</c>, or a GGUF file; null or empty takes the small model that ships with Pipeline.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// Longest prompt in tokens, instruction included; a longer text is scored in overlapping pieces. 16 to 131,072, default 8,192.
    /// </summary>
    [Range(16, 131_072)]
    public int InputTokensMax { get; init; } = 8_192;

    /// <summary>
    /// Divides the log-probabilities of the labels, so that the confidence matches how often the model is right. Find it
    /// with <c>./run eval emotion</c>: raise it while the model is more confident than right. 0.05 to 20, default 1, which
    /// suits the model that ships.
    /// </summary>
    [Range(0.05, 20)]
    public double Temperature { get; init; } = 1;

    /// <summary>
    /// A text without emotion, such as "N/A": what the model thinks of the labels after it is taken off as its bias. Helps
    /// general instruct models; the model that ships is calibrated already. Null, the default, takes nothing off.
    /// </summary>
    [StringLength(1_000, MinimumLength = 1)]
    public string? ContentFreeText { get; init; }

    /// <summary>
    /// BCP 47 codes of the languages that the model was trained for, or <c>*</c> for all; results for texts in others carry a warning and
    /// flattened probabilities. Null, the default, is ko and en, which suits the model that ships.
    /// </summary>
    public IReadOnlyList<string>? Languages { get; init; }

    /// <summary>Whether the model was trained for a language. Emoji alone are of none, and were in the training of all.</summary>
    internal bool Knows(string language, string text) => Languages is null
        ? language is TextLanguage.Korean or TextLanguage.English || !LanguageDetector.HasLetters(text)
        : Languages.Contains("*") || Languages.Contains(language) || !LanguageDetector.HasLetters(text);
}

[OptionsValidator]
internal sealed partial class EmotionOptionsValidator : IValidateOptions<EmotionOptions>;
