using Microsoft.Extensions.AI;
using Pipeline.Contracts;
using Pipeline.Inference;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Emotion;

/// <summary>
/// The prompt of an emotion job. The instruction comes first and is the same for every text, so its tokens are computed once;
/// the small model was trained with exactly these words.
/// </summary>
internal static class EmotionPrompt
{
    private const string Instruction =
        "Classify the emotion of the user's text. Answer with one word: joy, excitement, sadness, anger, fear, surprise or neutral.";

    public static KindChoice Choice(EmotionOptions options) => new(AnalyzeEmotion.Kind, EmotionOptions.Section, options.Model) { WarmUp = For("Warm-up.", options) };

    public static LabelScoringRequest For(string text, EmotionOptions options, RequestPriority priority = RequestPriority.Interactive, string? owner = null, string? model = null) => new()
    {
        Messages = Messages(text),
        ContentFree = options.ContentFreeText is { } empty ? Messages(empty) : null,
        Labels = Emotions.All,
        Model = model,
        Priority = priority,
        Cache = CacheScope.Public with { Owner = owner },
        Temperature = options.Temperature,
        PromptTokensMax = options.InputTokensMax,
    };

    private static ChatMessage[] Messages(string text) => [new(ChatRole.System, Instruction), new(ChatRole.User, text)];
}
