using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Workers.Inference.InterviewReports;

namespace Pipeline.Workers.Inference.Tests;

public sealed partial class InterviewReportHandlerTests
{
    private readonly KeptSteps _steps = new();
    private readonly RecordedUpdates _updates = new();

    [Fact]
    public async Task Every_question_is_judged_once_and_all_of_them_are_summed_up()
    {
        using var model = new ScriptedForms(Answer);

        var result = await WriteAsync(model, Job(200));

        model.Prompts.Count(IsQuestion).ShouldBe(200);
        result.QuestionFeedbacks.Select(item => item.Question).ShouldBe(Enumerable.Range(0, 200).Select(index => $"question {index}"));
        result.QuestionFeedbacks.Select(item => item.AnswerSummary).ShouldBe(Enumerable.Range(0, 200).Select(index => $"summary of answer {index}"));
        result.OverallScore.ShouldBe((int)Math.Round(10 * Enumerable.Range(0, 200).Average(index => index % 11), MidpointRounding.AwayFromZero));
        (result.Title, result.Language, result.Summary).ShouldBe(("Title", "en", "200 findings"));
        (result.QuestionPrompt?.Name, result.Prompt?.Name).ShouldBe(("question", "summary"));
        result.Usage.PromptTokens.ShouldBe(201 * 10);
        _steps.Total.ShouldBe(200);
        (_updates.Done.Count, _updates.Done.Max()).ShouldBe((200, 1.0));
    }

    [Fact]
    public async Task Findings_that_do_not_fit_are_summed_up_in_parts_and_none_is_left_out()
    {
        using var model = new ScriptedForms(Answer) { LengthMax = 1_000 };

        var result = await WriteAsync(model, Job(200));

        var summed = model.Prompts.Where(prompt => !IsQuestion(prompt) && prompt.Length <= 1_000).ToArray();
        summed.SelectMany(prompt => Number().Matches(prompt).Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)))
            .Order().ShouldBe(Enumerable.Range(1, 200));
        result.QuestionFeedbacks.Count.ShouldBe(200);
    }

    [Fact]
    public async Task Another_attempt_asks_only_what_no_earlier_one_finished()
    {
        using var first = new ScriptedForms(prompt => prompt.Contains("answer 7\n", StringComparison.Ordinal) ? throw new InvalidOperationException("The worker died.") : Answer(prompt));
        await Should.ThrowAsync<InvalidOperationException>(() => HandleAsync(first, Job(20), new() { ItemsAtOnce = 1 }));
        _steps.Kept.Keys.Order().ShouldBe(Enumerable.Range(0, 7));

        using var second = new ScriptedForms(Answer);
        var result = Result(await HandleAsync(second, Job(20), new() { ItemsAtOnce = 1 }));

        second.Prompts.Count(IsQuestion).ShouldBe(13);
        result.QuestionFeedbacks.Count.ShouldBe(20);
        result.Usage.PromptTokens.ShouldBe(21 * 10);
    }

    [Fact]
    public async Task A_report_that_takes_long_makes_room_and_goes_on()
    {
        using var model = new ScriptedForms(Answer);
        var time = new SteppingTime(TimeSpan.FromSeconds(1));
        var attempts = 0;
        JobOutcome outcome;
        do
        {
            outcome = await HandleAsync(model, Job(10), new() { ItemsAtOnce = 1, Slice = TimeSpan.FromSeconds(3) }, time);
            attempts++;
        }
        while (outcome is JobOutcome.Continue);

        Result(outcome).QuestionFeedbacks.Count.ShouldBe(10);
        model.Prompts.Count(IsQuestion).ShouldBe(10);
        attempts.ShouldBeInRange(3, 10);
    }

    [Fact]
    public async Task An_item_that_is_too_long_is_named()
    {
        using var model = new ScriptedForms(Answer) { LengthMax = 200 };
        var job = Job(3);

        var outcome = await HandleAsync(model, job with { Items = [.. job.Items!.Take(2), new("q", new string('x', 300))] }, new());

        outcome.ShouldBeOfType<JobOutcome.Rejected>().Reason.ShouldStartWith("items[2] cannot be judged. The prompt has");
    }

    [Fact]
    public async Task Findings_that_never_fit_are_a_failure_and_not_cut()
    {
        using var model = new ScriptedForms(Answer) { LengthMax = 60 };

        (await HandleAsync(model, Job(4), new())).ShouldBeOfType<JobOutcome.Rejected>().Reason.ShouldContain("at most 60 are allowed");
    }

    [Fact]
    public async Task A_prompt_of_the_client_is_one_request()
    {
        using var model = new ScriptedForms(_ =>
            """{"summary":"s","strengths":["a"],"improvements":["b"],"recommendations":["c"],"overall_score":81,"question_feedbacks":[{"question":"q","answer_summary":"a","score":8,"feedback":"f"}]}""");

        var result = await WriteAsync(model, new() { Messages = [new("user", "Write.")], Language = "en" });

        (result.OverallScore, result.QuestionFeedbacks.Single().Score, result.Prompt).ShouldBe((81, 8, null));
        model.Prompts.Count.ShouldBe(1);
        _steps.Total.ShouldBeNull();
    }

    private static InterviewReport Job(int items) => new()
    {
        Title = "Title",
        Language = "en",
        Items = [.. Enumerable.Range(0, items).Select(index => new Exchange($"question {index}", $"answer {index}"))],
        QuestionPrompt = Template("question", "JUDGE {{question}} / {{answer}}\n"),
        SummaryPrompt = Template("summary", "SUM\n{{findings}}"),
    };

    private static PromptTemplate Template(string name, string user) =>
        new() { Name = name, Kind = "report", Language = "en", Version = 1, System = "You report.", User = user };

    private static bool IsQuestion(string prompt) => prompt.Contains("JUDGE", StringComparison.Ordinal);

    private static string Answer(string prompt)
    {
        if (IsQuestion(prompt))
        {
            var index = int.Parse(Index().Match(prompt).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            return $$"""{"answer_summary":"summary of answer {{index}}","score":{{index % 11}},"feedback":"ok"}""";
        }

        return $$"""{"summary":"{{Number().Count(prompt)}} findings","strengths":["a"],"improvements":["b"],"recommendations":["c"]}""";
    }

    private async Task<InterviewReportResult> WriteAsync(ScriptedForms model, InterviewReport job) => Result(await HandleAsync(model, job, new()));

    private Task<JobOutcome> HandleAsync(ScriptedForms model, InterviewReport job, InterviewReportOptions options, TimeProvider? time = null) =>
        new InterviewReportHandler(TestJobs.Model(model), _steps, Options.Create(options), time ?? TimeProvider.System)
            .HandleAsync(job, TestJobs.Interactive with { Updates = _updates }, CancellationToken.None);

    private static InterviewReportResult Result(JobOutcome outcome) =>
        JsonSerializer.Deserialize(outcome.ShouldBeOfType<JobOutcome.Succeeded>().ResultJson, InterviewReport.ResultJson)!;

    [GeneratedRegex(@"answer (\d+)")]
    private static partial Regex Index();

    [GeneratedRegex(@"^(\d+)\. ", RegexOptions.Multiline)]
    private static partial Regex Number();

    /// <summary>Every look at it is so much later.</summary>
    private sealed class SteppingTime(TimeSpan step) : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Add(ref _now, step.Ticks);
    }
}
