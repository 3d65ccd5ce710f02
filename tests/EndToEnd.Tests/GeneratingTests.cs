using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>The kinds whose model writes, with the model that ships: what it writes means nothing, and the form is right.</summary>
public sealed class GeneratingTests(WholeSystem system, PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const int TriesMax = 20;

    [Fact]
    public async Task Chat_is_answered_by_the_model_that_ships_which_says_so()
    {
        using var http = new HttpClient { BaseAddress = await system.AddressAsync() };

        var result = await FinishAsync(http, "/api/chat/completions", """{"messages":[{"role":"user","content":"안녕하세요?"}],"temperature":0,"max_tokens":16}""");

        result.GetProperty("content").GetString().ShouldNotBeNull();
        result.GetProperty("model").GetString().ShouldBe("small");
        result.GetProperty("warnings")[0].GetString()!.ShouldContain("Kinds:Chat:Model");
        var usage = result.GetProperty("usage");
        usage.GetProperty("completion_tokens").GetInt32().ShouldBeInRange(1, 16);
        usage.GetProperty("total_tokens").GetInt32().ShouldBe(usage.GetProperty("prompt_tokens").GetInt32() + usage.GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Structured_kinds_are_valid_whatever_the_small_model_writes()
    {
        using var http = new HttpClient { BaseAddress = await system.AddressAsync() };

        var feedback = await FinishAsync(http, "/api/feedback", """{"question":"왜 테스트를 쓰나요?","answer":"나중에 고칠 때 겁나지 않으려고요."}""");
        var step = await FinishAsync(http, "/api/interview/step", """{"topic":"Testing","phase":"warm-up","question":"Why test?","answer":"To change code without fear."}""");

        feedback.Deserialize(GiveFeedback.ResultJson)!.Score.ShouldBeInRange(0, 10);
        feedback.GetProperty("prompt").GetProperty("language").GetString().ShouldBe("ko");
        InterviewActions.All.ShouldContain(step.Deserialize(StepInterview.ResultJson)!.Action);
        foreach (var result in (JsonElement[])[feedback, step])
        {
            result.GetProperty("model").GetString().ShouldBe("small");
            result.GetProperty("warnings")[0].GetString()!.ShouldContain(":Model");
        }
    }

    [Fact]
    public async Task A_conversation_keeps_to_its_budget_of_tokens()
    {
        const int Budget = 100;
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Conversation:ContextTokens"] = $"{Budget}";
        await using var host = await RoleProcess.StartReadyAsync("AllInOne", settings);
        using var http = new HttpClient { BaseAddress = host.Address };
        using var begun = await http.PostAsJsonAsync("/api/conversations", new { system_prompt = "Answer in one sentence." });
        var path = $"{begun.Headers.Location}/messages";
        var said = string.Concat(Enumerable.Repeat("오늘은 정말 힘든 하루였어. ", 4));

        List<JsonElement> results = [];
        for (var turn = 0; turn < 4; turn++)
        {
            results.Add(await FinishAsync(http, path, JsonSerializer.Serialize(new { content = $"{turn} {said}", max_tokens = 32 })));
        }

        var prompts = results.ConvertAll(result => result.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        prompts.ShouldAllBe(tokens => tokens <= Budget);
        Warnings(results[0]).ShouldHaveSingleItem();
        Warnings(results[^1])[^1].ShouldContain("oldest messages were left out", customMessage: string.Join(", ", prompts));
        Warnings(results[^1])[^1].ShouldContain("Conversation:ContextTokens");
        (await host.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_report_on_two_hundred_questions_completes_and_says_how_far_it_is()
    {
        const int Questions = 200;
        using var http = new HttpClient { BaseAddress = await system.AddressAsync() };
        var id = await AcceptReportAsync(http, Questions);

        List<int> seen = [];
        var job = await UntilAsync(http, id, job =>
        {
            if (job.TryGetProperty("progress", out var progress))
            {
                progress.GetProperty("total").GetInt32().ShouldBe(Questions);
                seen.Add(progress.GetProperty("done").GetInt32());
            }

            return IsFinal(job);
        });

        job.GetProperty("state").GetString().ShouldBe("succeeded", job.ToString());
        seen.ShouldBeInOrder();
        seen.ShouldContain(done => done > 0 && done < Questions);
        seen[^1].ShouldBe(Questions);
        var report = job.GetProperty("result").Deserialize(InterviewReport.ResultJson)!;
        report.QuestionFeedbacks.Select(item => item.Question).ShouldBe(Enumerable.Range(1, Questions).Select(number => $"What is {number} + {number}?"));
        report.OverallScore.ShouldBe((int)Math.Round(10 * report.QuestionFeedbacks.Average(item => item.Score), MidpointRounding.AwayFromZero));
    }

    [Fact]
    public async Task A_job_that_is_deleted_while_the_model_writes_makes_room_within_a_second()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Queues:report:Prefetch"] = "1";
        await using var host = await RoleProcess.StartReadyAsync("AllInOne", settings);
        using var http = new HttpClient { BaseAddress = host.Address };

        // A busy machine may be slow now and then, not each time.
        List<TimeSpan> gaps = [];
        while (gaps is not [.., { TotalSeconds: < 1 }] && gaps.Count < TriesMax)
        {
            gaps.Add(await DeleteAsync(http));
        }

        gaps[^1].ShouldBeLessThan(TimeSpan.FromSeconds(1), string.Join(", ", gaps));
        (await host.StopAsync()).ShouldBe(0);
    }

    /// <summary>Deletes a running report that another one waits for; returns the time from its end to the other's start, both the database's.</summary>
    private static async Task<TimeSpan> DeleteAsync(HttpClient http)
    {
        var running = await AcceptReportAsync(http, items: 1_000);
        var waiting = await AcceptReportAsync(http, items: 1);
        await UntilAsync(http, running, job => job.TryGetProperty("progress", out var progress) && progress.GetProperty("done").GetInt32() > 0);

        using var answer = await http.DeleteAsync($"/api/jobs/{running}");

        answer.IsSuccessStatusCode.ShouldBeTrue();
        var canceled = await UntilAsync(http, running, IsFinal);
        var next = await UntilAsync(http, waiting, IsFinal);
        (canceled.GetProperty("state").GetString(), next.GetProperty("state").GetString()).ShouldBe(("canceled", "succeeded"));
        return next.GetProperty("started_at").GetDateTimeOffset() - canceled.GetProperty("finished_at").GetDateTimeOffset();
    }

    private static async Task<string> AcceptReportAsync(HttpClient http, int items)
    {
        var asked = Enumerable.Range(1, items).Select(number => new { question = $"What is {number} + {number}?", answer = $"It is {number * 2}." });
        using var accepted = await http.PostAsJsonAsync("/api/report", new { title = "Sums", items = asked });
        return (await accepted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> UntilAsync(HttpClient http, string id, Func<JsonElement, bool> holds)
    {
        JsonElement job = default;
        await Eventually.TrueAsync(async () => holds(job = await http.GetFromJsonAsync<JsonElement>($"/api/jobs/{id}")));
        return job;
    }

    private static bool IsFinal(JsonElement job) => JobState.IsFinal(job.GetProperty("state").GetString()!);

    private static string[] Warnings(JsonElement result) => [.. result.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()!)];

    private static async Task<JsonElement> FinishAsync(HttpClient http, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, null, "application/json") };
        using var response = await http.SendAsync(request);
        var accepted = await response.Content.ReadFromJsonAsync<JsonElement>();
        accepted.TryGetProperty("id", out var id).ShouldBeTrue(accepted.ToString());
        var job = await UntilAsync(http, id.GetString()!, IsFinal);
        job.GetProperty("state").GetString().ShouldBe("succeeded", job.ToString());
        return job.GetProperty("result");
    }
}
