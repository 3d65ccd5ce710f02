using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Results of the model that ships, as many as are asked for: each is what its contract says, whatever it wrote.</summary>
public sealed class ManyResultsTests(WholeSystem system)
{
    // 25 of each kind in seconds; PIPELINE_TEST_JOBS=1000 for the long run.
    private static readonly int Jobs = int.TryParse(Environment.GetEnvironmentVariable("PIPELINE_TEST_JOBS"), out var asked) ? asked : 25;

    private static readonly TimeSpan LongRun = TimeSpan.FromMinutes(30);

    private static readonly string[] Answers =
    [
        "나중에 고칠 때 겁나지 않으려고요.", "To change code without fear.", "I do not know. ¯\\_(ツ)_/¯", "네.",
        "\"Quotes\", {braces}, [brackets] and a \\ in it\n\ton several lines", "잘 모르겠지만 🤔 아마 속도 때문일 거예요.",
    ];

    [Fact]
    public Task Every_feedback_is_valid() => EveryResultIsValidAsync<GiveFeedback, FeedbackResult>(
        number => new GiveFeedback { Question = $"왜 테스트를 쓰나요? ({number})", Answer = AnswerTo(number) },
        result =>
        {
            result.Score.ShouldBeInRange(0, 10);
            result.IsPassed.ShouldBe(result.Score >= result.PassMark);
            return [result.Feedback, result.ImprovementSuggestion];
        });

    [Fact]
    public Task Every_step_of_an_interview_is_valid() => EveryResultIsValidAsync<StepInterview, InterviewStepResult>(
        number => new StepInterview { Topic = "Testing", Phase = "warm-up", NextPhase = "depth", Question = $"Why test? ({number})", Answer = AnswerTo(number) },
        result =>
        {
            InterviewActions.All.ShouldContain(result.Action);
            result.Evaluation.ShouldNotBeNull().Score.ShouldBeInRange(0, 10);
            return [result.Thought, result.Message, result.Evaluation.Comment];
        });

    [Fact]
    public Task Every_report_is_valid() => EveryResultIsValidAsync<InterviewReport, InterviewReportResult>(
        number => new InterviewReport { Title = $"Report {number}", Items = [new("Why test?", AnswerTo(number)), new("왜요?", AnswerTo(number + 1))] },
        result =>
        {
            result.QuestionFeedbacks.Select(item => item.Question).ShouldBe(["Why test?", "왜요?"]);
            result.QuestionFeedbacks.ShouldAllBe(item => item.Score >= 0 && item.Score <= 10);
            result.OverallScore.ShouldBe((int)Math.Round(10 * result.QuestionFeedbacks.Average(item => item.Score), MidpointRounding.AwayFromZero));
            return
            [
                result.Summary, .. result.Strengths, .. result.Improvements, .. result.Recommendations,
                .. result.QuestionFeedbacks.SelectMany(item => (string[])[item.AnswerSummary, item.Feedback]),
            ];
        });

    [Fact]
    public Task Every_chat_with_a_schema_follows_it() => EveryResultIsValidAsync<CompleteChat, ChatResult>(
        number => new CompleteChat
        {
            Messages = [new(PromptRoles.User, $"{number}: {AnswerTo(number)}")],
            MaxTokens = 400,
            Schema = JsonElement.Parse("""
                {"type":"object","required":["city","capital","districts","mood"],"additionalProperties":false,"properties":{
                  "city":{"type":"string","minLength":1,"maxLength":12},"capital":{"type":"boolean"},
                  "districts":{"type":"array","items":{"type":"integer","minimum":1,"maximum":25},"minItems":1,"maxItems":3},
                  "mood":{"enum":["joy","anger",null]}}}
                """),
        },
        result =>
        {
            result.FinishReason.ShouldBe(FinishReasons.Stop);
            var content = JsonElement.Parse(result.Content);
            content.EnumerateObject().Select(field => field.Name).ShouldBe(["city", "capital", "districts", "mood"], ignoreOrder: true);
            content.GetProperty("city").GetString()!.EnumerateRunes().Count().ShouldBeInRange(1, 12);
            content.GetProperty("capital").GetBoolean();
            var districts = content.GetProperty("districts").EnumerateArray().Select(district => district.GetInt32()).ToArray();
            districts.Length.ShouldBeInRange(1, 3);
            districts.ShouldAllBe(district => district >= 1 && district <= 25);
            content.GetProperty("mood").GetString().ShouldBeOneOf("joy", "anger", null);
            return [result.Content];
        });

    /// <param name="check">Checks a result beyond what its contract demands of every reader, and names its texts, none of which is empty.</param>
    private async Task EveryResultIsValidAsync<TJob, TResult>(Func<int, TJob> job, Func<TResult, IEnumerable<string>> check)
        where TJob : class, IJob<TJob, TResult>
        where TResult : GeneratedResult
    {
        using var http = new HttpClient { BaseAddress = await system.AddressAsync(), Timeout = LongRun };
        var items = Enumerable.Range(0, Jobs).Select(number => JsonSerializer.Serialize(job(number), TJob.Json));
        using var accepted = await http.PostAsync(
            new Uri($"/api/jobs/batch?kind={TJob.Kind}", UriKind.Relative), new StringContent(string.Join('\n', items), null, "application/x-ndjson"));
        var batch = await accepted.Content.ReadFromJsonAsync<JsonElement>();
        accepted.IsSuccessStatusCode.ShouldBeTrue(batch.ToString());

        var results = await ResultsAsync(http, batch.GetProperty("links").GetProperty("results").GetString()!);

        results.Count.ShouldBe(Jobs);
        foreach (var line in results)
        {
            line.GetProperty("state").GetString().ShouldBe(JobState.Succeeded, line.ToString());
            var result = line.GetProperty("result").Deserialize(TJob.ResultJson).ShouldNotBeNull();
            result.Model.ShouldBe("small");
            result.Warnings.ShouldNotBeNull()[0].ShouldContain(":Model");
            check(result).ShouldAllBe(text => text.Length > 0, line.ToString());
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{results.Count} {TJob.Kind} results are valid.");
    }

    /// <summary>All of them, in as many requests as it takes.</summary>
    private static async Task<IReadOnlyList<JsonElement>> ResultsAsync(HttpClient http, string path)
    {
        List<JsonElement> results = [];
        await Eventually.TrueAsync(
            async () =>
            {
                var after = results is [.., var last] ? $"?after={last.GetProperty("cursor").GetString()}" : "";
                using var request = new HttpRequestMessage(HttpMethod.Get, path + after);
                request.Headers.Add("Prefer", "wait=60");
                using var response = await http.SendAsync(request);
                var lines = await response.Content.ReadAsStringAsync();
                results.AddRange(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)));
                return results.Count >= Jobs;
            },
            LongRun);
        return results;
    }

    private static string AnswerTo(int number) => Answers[number % Answers.Length];
}
