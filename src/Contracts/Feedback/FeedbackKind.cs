namespace Pipeline.Contracts;

internal static class FeedbackKind
{
    public static JobKind<GiveFeedback, FeedbackResult> Descriptor { get; } = new()
    {
        Title = new("Feedback", "피드백"),
        Summary = "Judge an answer to a question",
        Route = "/feedback",
        Operation = "giveFeedback",
        Examples =
        [
            new("An answer", """{"question":"How does an index help?","answer":"It finds rows without reading the whole table.","criteria":"correctness, trade-offs"}"""),
            new("Korean", """{"question":"인덱스는 왜 쓰나요?","answer":"테이블을 다 읽지 않고 행을 찾으려고요."}"""),
            new("Your own prompt", """{"system_prompt":"You are a strict teacher.","user_prompt":"Judge this essay: …"}"""),
        ],
        Prompts = FeedbackPrompts.All,
        ResultSample = new()
        {
            Feedback = "Right: an index saves reading the table. What it costs on writes is missing.",
            Score = 7,
            IsPassed = true,
            PassMark = 6,
            ImprovementSuggestion = "Say when an index makes things slower.",
            Model = "Qwen2.5 7B Instruct",
            Usage = new(25, 0, 3),
            Timings = new(10, 1190),
        },
        BareView = ResultView.Of<FeedbackResult, FeedbackView>(FeedbackView.Of, FeedbackViewJson.Unescaped.FeedbackView),
        Score = new("score", 10),
        Measure = new() { Texts = ["feedback", "improvement_suggestion"] },
    };
}
