namespace Pipeline.Contracts;

internal static class InterviewReportKind
{
    public static JobKind<InterviewReport, InterviewReportResult> Descriptor { get; } = new()
    {
        Title = new("Report", "보고서"),
        Summary = "Write a report on an interview or test",
        Description = "Each item is judged separately, then all are summarised; the job has `progress`. With `Accept: text/html` a finished report is a page to print, also at `GET /api/jobs/{id}`.",
        Route = "/report",
        Operation = "writeInterviewReport",
        Examples =
        [
            new("Questions and answers", """{"title":"Databases","items":[{"question":"How does an index help?","answer":"It finds rows without reading the whole table."},{"question":"What is a key?","answer":"It names a row."}]}"""),
            new("Your own prompt", """{"system_prompt":"You write reports.","user_prompt":"Transcript: …"}"""),
        ],
        Prompts = InterviewReportPrompts.All,
        ResultSample = new()
        {
            Language = TextLanguage.English,
            Summary = "Sound basics; costs are seldom named.",
            Strengths = ["Explains simply."],
            Improvements = ["Name trade-offs."],
            Recommendations = ["Measure one query with and without its index."],
            OverallScore = 70,
            QuestionFeedbacks =
            [
                new()
                {
                    Question = "How does an index help?",
                    AnswerSummary = "It avoids reading the table.",
                    Score = 7,
                    Feedback = "Right, without costs.",
                },
            ],
            Model = "Qwen2.5 7B Instruct",
            Usage = new(25, 0, 3),
            Timings = new(10, 1190),
        },
        BareView = ResultView.Of<InterviewReportResult, InterviewReportView>(InterviewReportView.Of, InterviewReportViewJson.Unescaped.InterviewReportView),
        Score = new("overall_score", 100),
        Measure = new() { Texts = ["summary", "strengths[]", "improvements[]", "recommendations[]", "question_feedbacks[].feedback"] },
        QueueDefaults = QueueDefaults.LongJobs,
    };
}
