using Microsoft.Extensions.AI;
using Pipeline.Inference.Scheduling;
using Pipeline.Inference.Scoring;
using Pipeline.Inference.Tests.Prompts;

namespace Pipeline.Inference.Tests.Scoring;

public sealed class LabelScorerTests : IDisposable
{
    private readonly SubmissionQueue<InferenceTask> _submissions = new(queueMax: 4);

    public void Dispose() => _submissions.Dispose();

    [Fact]
    public async Task Prompt_over_the_requests_own_limit_carries_both_numbers()
    {
        PromptTooLongException error = await Should.ThrowAsync<PromptTooLongException>(ScoreAsync(Request("hello") with { PromptTokensMax = 5 }));
        (error.Tokens, error.TokensMax).ShouldBe((9, 5));
        error.Message.ShouldContain("9 tokens; at most 5");
    }

    [Fact]
    public async Task Prompt_over_the_models_context_carries_both_numbers()
    {
        PromptTooLongException error = await Should.ThrowAsync<PromptTooLongException>(ScoreAsync(Request(new string('x', 200))));
        (error.Tokens, error.TokensMax).ShouldBe((204, 98)); // 100 tokens of context, two for the second tokens of the labels.
    }

    [Fact]
    public async Task Bad_requests_say_what_is_wrong()
    {
        await ShouldRefuseAsync(Request("x") with { Labels = ["one"] }, "1 labels");
        await ShouldRefuseAsync(Request("x") with { Labels = ["one", " "] }, "empty");
        await ShouldRefuseAsync(Request("x") with { Labels = ["one", "one"] }, "twice");
        await ShouldRefuseAsync(Request("x") with { Temperature = 0 }, "Temperature is 0");
        await ShouldRefuseAsync(Request("x") with { Temperature = double.NaN }, "Temperature");
        await ShouldRefuseAsync(Request("x") with { Messages = [] }, "message");
    }

    [Fact]
    public async Task Label_that_begins_another_is_scored_with_the_end_of_the_turn()
    {
        Task<LabelScores> scoring = ScoreAsync(Request("x") with { Labels = ["j", "jo"] });
        ScoringTask task = _submissions.TryTake(RequestPriority.Interactive).ShouldBeOfType<ScoringTask>();
        task.InitialAnswerCells.ShouldBe(1 + 2);
        task.Fail(new InferenceException("enough"));
        await Should.ThrowAsync<InferenceException>(scoring);
    }

    [Fact]
    public async Task Caller_who_cancels_is_free_at_once()
    {
        using CancellationTokenSource cancel = new();
        Task<LabelScores> scoring = new LabelScorer(new FakeLanguageModel(), 1_000, _submissions).ScoreAsync(Request("x"), cancel.Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(scoring);
        _submissions.TryTake(RequestPriority.Interactive)!.IsAbandoned.ShouldBeTrue();
    }

    [Fact]
    public async Task Bias_of_a_content_free_text_is_taken_off_and_computed_once()
    {
        LabelScorer scorer = new(new FakeLanguageModel("\n"), 1_000, _submissions);
        LabelScoringRequest request = Request("x") with { Labels = ["j", "s"], ContentFree = [new(ChatRole.User, "N/A")] };
        Task<LabelScores> first = scorer.ScoreAsync(request, TestContext.Current.CancellationToken);
        _submissions.WaitForArrival(Timeout.InfiniteTimeSpan);
        Answer(j: 3, s: 1); // The bias: it likes j.
        _submissions.WaitForArrival(Timeout.InfiniteTimeSpan);
        Answer(j: 4, s: 3);
        LabelScores scores = await first;
        scores.Best.Label.ShouldBe("s");
        scores.Labels[0].Probability.ShouldBe(Math.E / (Math.E + Math.Exp(2)), 1e-6);
        scores.Labels[0].LogProbability.ShouldBeGreaterThan(scores.Labels[1].LogProbability);

        Task<LabelScores> second = scorer.ScoreAsync(request, TestContext.Current.CancellationToken);
        Answer(j: 4, s: 1);
        (await second).Best.Label.ShouldBe("j");
    }

    [Fact]
    public void Temperature_above_one_flattens_and_keeps_the_order()
    {
        double[] sharp = LogSoftmax.Softmax([-1, -3, -2], temperature: 1);
        double[] flat = LogSoftmax.Softmax([-1, -3, -2], temperature: 4);
        flat[0].ShouldBeLessThan(sharp[0]);
        flat[0].ShouldBeGreaterThan(flat[2]);
        flat.Sum().ShouldBe(1, 1e-12);
    }

    [Fact]
    public void Log_sum_exp_is_exact_for_any_length()
    {
        Random random = new(7);
        for (int length = 1; length < 70; length++)
        {
            float[] logits = [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() * 40) - 20)];
            LogSoftmax.LogSumExp(logits).ShouldBe(Math.Log(logits.Sum(logit => Math.Exp(logit))), 1e-5);
        }
    }

    [Fact]
    public void Logits_that_are_not_numbers_are_an_error() =>
        Should.Throw<InferenceException>(() => LogSoftmax.LogSumExp([1, float.NaN, 2]));

    private static LabelScoringRequest Request(string text) => new() { Messages = [new(ChatRole.User, text)], Labels = ["jo", "sd"] };

    private Task<LabelScores> ScoreAsync(LabelScoringRequest request) =>
        new LabelScorer(new FakeLanguageModel("\n"), 1_000, _submissions).ScoreAsync(request, TestContext.Current.CancellationToken);

    private void Answer(float j, float s)
    {
        ScoringTask task = _submissions.TryTake(RequestPriority.Interactive).ShouldBeOfType<ScoringTask>();
        float[] logits = new float[512];
        (logits['j'], logits['s']) = (j, s);
        task.AcceptPrompt(logits);
        task.Complete();
    }

    private async Task ShouldRefuseAsync(LabelScoringRequest request, string because) =>
        (await Should.ThrowAsync<ArgumentException>(ScoreAsync(request))).Message.ShouldContain(because);
}
