namespace Pipeline.Contracts;

/// <summary>The labels of <see cref="AnalyzeEmotion"/>: Ekman's basic emotions less disgust, with excitement set apart from joy, and neutral.</summary>
public static class Emotions
{
    public const string Joy = "joy";
    public const string Excitement = "excitement";
    public const string Sadness = "sadness";
    public const string Anger = "anger";
    public const string Fear = "fear";
    public const string Surprise = "surprise";
    public const string Neutral = "neutral";

    public static IReadOnlyList<string> All { get; } = [Joy, Excitement, Sadness, Anger, Fear, Surprise, Neutral];
}
