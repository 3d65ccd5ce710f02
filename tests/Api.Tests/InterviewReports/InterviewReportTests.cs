using Pipeline.Api.InterviewReports;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Contracts;

namespace Pipeline.Api.Tests.InterviewReports;

public sealed class InterviewReportTests(LocalApi api)
{
    private const string Body = """{"title":"A & B","items":[{"question":"왜 <b>?","answer":"그냥"},{"question":"q2","answer":"a2"}]}""";

    [Fact]
    public async Task A_job_with_steps_says_how_far_it_is()
    {
        var report = await api.Client.PostAsync("/api/report", Body, ("Prefer", "wait=60"));

        report.Status.ShouldBe(200);
        var progress = report.Json.GetProperty("progress");
        (progress.GetProperty("done").GetInt32(), progress.GetProperty("total").GetInt32()).ShouldBe((2, 4));
        var listed = (await api.Client.GetAsync("/api/jobs?kind=report")).Json.GetProperty("jobs").EnumerateArray().Single(job => job.GetProperty("id").GetString() == report.Id);
        listed.GetProperty("progress").GetProperty("done").GetInt32().ShouldBe(2);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")]
    public async Task A_finished_report_is_a_page_for_those_who_ask_for_one(string accept)
    {
        var page = await api.Client.PostAsync("/api/report", Body, ("Prefer", "wait=60"), ("Accept", accept));
        var id = (await api.Client.GetAsync("/api/jobs?kind=report&limit=1")).Json.GetProperty("jobs")[0].GetProperty("id").GetString();
        var again = await api.Client.GetAsync($"/api/jobs/{id}", ("Accept", accept));

        (page.Status, page.MediaType, again.MediaType).ShouldBe((200, "text/html", "text/html"));
        page.Headers["Content-Security-Policy"].ShouldStartWith("default-src 'none'");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("*/*")]
    [InlineData("application/json, text/html;q=0.5")]
    public async Task Everybody_else_gets_JSON(string accept) =>
        (await api.Client.PostAsync("/api/report", Body, ("Prefer", "wait=60"), ("Accept", accept))).MediaType.ShouldBe("application/json");

    [Fact]
    public void Nothing_that_a_model_or_client_wrote_becomes_markup()
    {
        var page = InterviewReportPage.Write(Report("ko") with { Summary = "<script>alert(1)</script>", Title = "A & B \"<i>\"" }, null);

        page.ShouldNotContain("<script");
        page.ShouldNotContain("<i>\"");
        page.ShouldContain("&lt;script&gt;alert(1)&lt;/script&gt;");
        page.ShouldContain("종합 점수");
        page.ShouldContain("가장 큰 강점");
    }

    [Fact]
    public void A_page_speaks_the_reports_language()
    {
        InterviewReportPage.Write(Report("en"), new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero)).ShouldContain("<html lang=\"en\">");
        InterviewReportPage.Write(Report("en"), null).ShouldContain("Question by question");
        InterviewReportPage.Write(Report("ko"), null).ShouldContain("문항별 평가");
    }

    [Fact]
    public void What_the_model_that_ships_is_worth_is_told_in_the_language_of_the_page()
    {
        var page = InterviewReportPage.Write(Report("ko") with { Model = GeneratedResult.SmallModel, Warnings = ["The small model wrote this.", "Another warning."] }, null);

        page.ShouldContain("작은 모델이 쓴 글입니다");
        page.ShouldNotContain("The small model");
        page.ShouldContain("Another warning.");
    }

    private static InterviewReportResult Report(string language) => new()
    {
        Language = language,
        Summary = "s",
        Strengths = ["가장 큰 강점"],
        Improvements = ["b"],
        Recommendations = ["c"],
        OverallScore = 70,
        QuestionFeedbacks = [new() { Question = "q", AnswerSummary = "a", Score = 7, Feedback = "f" }],
        Model = "scripted",
        Usage = new(1, 0, 1),
        Timings = new(0, 0),
    };
}
