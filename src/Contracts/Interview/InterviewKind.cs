namespace Pipeline.Contracts;

internal static class InterviewKind
{
    public static JobKind<StepInterview, InterviewStepResult> Descriptor { get; } = new()
    {
        Title = new("Interview", "면접"),
        Summary = "Get the next step of an interview that you manage yourself",
        Route = "/interview/step",
        Operation = "stepInterview",
        Tag = "interviews",
        Examples =
        [
            new("An answer", """{"topic":"Databases","phase":"depth","next_phase":"wrap-up","question":"How does an index help?","answer":"It finds rows without reading the table.","history":[{"question":"What is a key?","answer":"It names a row."}]}"""),
            new("The beginning", """{"topic":"데이터베이스","phase":"도입"}"""),
            new("Your own prompt", """{"system_prompt":"You interview a candidate.","user_prompt":"They said: I like tests. Go on."}"""),
        ],
        Prompts = InterviewPrompts.All,
        ResultSample = new()
        {
            Thought = "The answer is right but names no cost.",
            Action = InterviewActions.FollowUp,
            Message = "What does that cost at a million rows?",
            Evaluation = new(7, "Right, without numbers."),
            Model = "Qwen2.5 7B Instruct",
            Usage = new(25, 0, 3),
            Timings = new(10, 1190),
        },
        BareView = ResultView.Of<InterviewStepResult, InterviewStepView>(InterviewStepView.Of, InterviewStepViewJson.Unescaped.InterviewStepView),
        Score = new("evaluation.score", 10),
        Measure = new() { Texts = ["message", "evaluation.comment"] },
    };
}
