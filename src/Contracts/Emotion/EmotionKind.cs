namespace Pipeline.Contracts;

internal static class EmotionKind
{
    public static JobKind<AnalyzeEmotion, EmotionResult> Descriptor { get; } = new()
    {
        Title = new("Emotion", "감정 분석"),
        Summary = "Analyze the emotion of one text or several",
        Description = "One text becomes one job. Several become one job each, accepted together or not at all, and answered as {\"jobs\":[…]} in their order.",
        Route = "/emotion",
        Operation = "analyzeEmotion",
        Examples =
        [
            new("One text", """{"text":"I got the job!"}"""),
            new("A long text, with its pieces", """{"text":"I got the job! It starts in May. The office is on the third floor.","spans":true}"""),
            new("Several texts", """{"texts":["I got the job!","오늘은 정말 힘든 하루였어."],"priority":"bulk"}"""),
        ],
        ResultSample = new()
        {
            Emotion = Emotions.Joy,
            Confidence = 0.91,
            Scores = new Dictionary<string, double>
            {
                [Emotions.Joy] = 0.91,
                [Emotions.Excitement] = 0.05,
                [Emotions.Sadness] = 0.01,
                [Emotions.Anger] = 0.01,
                [Emotions.Fear] = 0.005,
                [Emotions.Surprise] = 0.01,
                [Emotions.Neutral] = 0.005,
            },
            Language = TextLanguage.English,
            Model = "emotion-small",
            FallbackAttempted = false,
            Usage = new(64, 48, 0),
            Timings = new(10, 40),
        },
        Labels =
        [
            new(Emotions.Joy, new("Joy", "기쁨")),
            new(Emotions.Excitement, new("Excitement", "설렘")),
            new(Emotions.Sadness, new("Sadness", "슬픔")),
            new(Emotions.Anger, new("Anger", "분노")),
            new(Emotions.Fear, new("Fear", "두려움")),
            new(Emotions.Surprise, new("Surprise", "놀람")),
            new(Emotions.Neutral, new("Neutral", "중립")),
        ],
    };
}
