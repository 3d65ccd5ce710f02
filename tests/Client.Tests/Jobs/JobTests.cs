using System.Net;
using Pipeline.Contracts;

namespace Pipeline.Client.Tests.Jobs;

public sealed class JobTests(PipelineServer server)
{
    private static readonly CompleteChat Question = new() { Messages = [new(PromptRoles.User, "What is the capital of Korea?")], MaxTokens = 16 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_result_has_the_type_of_its_kind()
    {
        var emotion = await RunAsync(new AnalyzeEmotion { Text = "드디어 합격했어요!" });
        var chat = await RunAsync(Question);
        var feedback = await RunAsync(new GiveFeedback { Question = "Why?", Answer = "Why not." });
        var step = await RunAsync(new StepInterview { Topic = "Tests", Phase = "warm-up" });
        var report = await RunAsync(new InterviewReport { Items = [new("Why?", "Why not.")] });
        var vectors = await RunAsync(new EmbedTexts { Texts = ["a", "b"] });

        Emotions.All.ShouldContain(emotion.Emotion);
        chat.Usage.CompletionTokens.ShouldBeInRange(1, 16);
        feedback.Score.ShouldBeInRange(0, 10);
        InterviewActions.All.ShouldContain(step.Action);
        report.QuestionFeedbacks.ShouldHaveSingleItem().Question.ShouldBe("Why?");
        vectors.Embeddings.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_job_can_be_found_by_its_id_later()
    {
        var accepted = await server.Client.SubmitAsync(new AnalyzeEmotion { Text = "later" }, JobOptions.Default, Cancellation);
        var waited = await server.Client.WaitAsync(accepted, Cancellation);
        var found = await server.Client.GetAsync<AnalyzeEmotion, EmotionResult>(accepted.Id, TimeSpan.Zero, Cancellation);

        (accepted.State, accepted.Result).ShouldBe((JobState.Queued, null));
        waited.State.ShouldBe(JobState.Succeeded);
        found.GetResult().Emotion.ShouldBe(waited.GetResult().Emotion);
        (await server.Client.WaitAsync(accepted.Id, Cancellation)).ResultOf<AnalyzeEmotion, EmotionResult>().ShouldNotBeNull();
    }

    [Fact]
    public async Task Several_texts_are_accepted_together_in_their_order()
    {
        string[] texts = ["I got the job!", "오늘은 정말 힘든 하루였어.", "I got the job!"];

        var jobs = await server.Client.SubmitTextsAsync(texts, new() { Priority = JobPriority.Bulk }, TimeSpan.FromSeconds(20), Cancellation);

        jobs.Count.ShouldBe(3);
        jobs.ShouldAllBe(job => job.Priority == "bulk");
        (await server.Client.WaitAsync(jobs[0], Cancellation)).GetResult().Language.ShouldBe("en");
        (await server.Client.WaitAsync(jobs[1], Cancellation)).GetResult().Language.ShouldBe("ko");
    }

    [Fact]
    public async Task The_same_idempotency_key_is_the_same_job()
    {
        var options = new JobOptions { IdempotencyKey = $"key-{Guid.CreateVersion7()}" };
        var first = await server.Client.SubmitAsync(new AnalyzeEmotion { Text = "once" }, options, Cancellation);
        var second = await server.Client.SubmitAsync(new AnalyzeEmotion { Text = "once" }, options, Cancellation);
        var other = await Should.ThrowAsync<PipelineException>(() => server.Client.SubmitAsync(new AnalyzeEmotion { Text = "twice" }, options, Cancellation));

        second.Id.ShouldBe(first.Id);
        (other.Status, other.Problem!.Name).ShouldBe((HttpStatusCode.UnprocessableEntity, "idempotency-key-reused"));
    }

    [Fact]
    public async Task What_is_wrong_is_told_field_by_field()
    {
        var refused = await Should.ThrowAsync<PipelineException>(
            () => server.Client.SubmitAsync(new AnalyzeEmotion { Text = " " }, JobOptions.Default with { Deadline = DateTimeOffset.UnixEpoch }, Cancellation));

        refused.Problem!.Name.ShouldBe("invalid-input");
        refused.Problem.Errors!.Keys.ShouldContain("input.text");
        refused.Message.ShouldContain("input.text is empty");
    }

    [Fact]
    public async Task A_job_without_a_result_says_why()
    {
        var items = Enumerable.Range(0, 500).Select(number => new Exchange($"What is {number}?", "A number."));
        var accepted = await server.Client.SubmitAsync(new InterviewReport { Items = [.. items] }, JobOptions.Default, Cancellation);

        (await server.Client.CancelAsync(accepted.Id, Cancellation)).State.ShouldBe(JobState.Canceled);

        var ended = await server.Client.WaitAsync(accepted, Cancellation);
        Should.Throw<JobFailedException>(ended.GetResult).Message.ShouldContain($"Job {accepted.Id} canceled");
        (await server.Client.RetryAsync(accepted.Id, Cancellation)).State.ShouldBe(JobState.Queued);
        await server.Client.CancelAsync(accepted.Id, Cancellation);
    }

    [Fact]
    public async Task A_chat_streams_its_text_and_ends_with_the_job()
    {
        List<JobUpdate> updates = [];
        await foreach (var update in server.Client.StreamAsync(Question with { Seed = 7 }, JobOptions.Default with { Cache = false }, Cancellation))
        {
            updates.Add(update);
        }

        var ended = (Job<ChatResult>)((JobUpdate.Ended)updates[^1]).Job;
        string.Concat(updates.OfType<JobUpdate.TextAdded>().Select(piece => piece.Value)).ShouldBe(ended.GetResult().Content);
        updates.OfType<JobUpdate.StateChanged>().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_kind_without_a_text_can_be_followed_all_the_same()
    {
        JobUpdate? last = null;
        await foreach (var update in server.Client.StreamAsync(new AnalyzeEmotion { Text = "follow" }, JobOptions.Default, Cancellation))
        {
            last = update;
        }

        ((Job<EmotionResult>)((JobUpdate.Ended)last!).Job).GetResult().Emotion.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task The_kinds_of_the_server_are_listed() =>
        (await server.Client.ListKindsAsync(Cancellation)).Select(kind => kind.Kind).ShouldContain("emotion");

    private Task<TResult> RunAsync<TJob, TResult>(IJob<TJob, TResult> input)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class =>
        server.Client.RunAsync(input, JobOptions.Default, Cancellation);
}
