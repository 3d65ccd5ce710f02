using Microsoft.Extensions.AI;
using Pipeline.Inference;
using Pipeline.TestSupport.Services;

namespace Pipeline.TestSupport.Inference;

/// <summary>The prompt that the small model is trained for.</summary>
public static class EmotionPrompt
{
    public const string System =
        "Classify the emotion of the user's text. Answer with one word: joy, excitement, sadness, anger, fear, surprise or neutral.";

    public static string[] Labels { get; } = ["joy", "excitement", "sadness", "anger", "fear", "surprise", "neutral"];

    public static string ModelPath => RepositoryFiles.Path("models", "emotion-mini-q8_0.gguf");

    public static LabelScoringRequest For(string text, params string[] labels) => new()
    {
        Messages = [new(ChatRole.System, System), new(ChatRole.User, text)],
        Labels = labels.Length > 0 ? labels : Labels,
    };
}
