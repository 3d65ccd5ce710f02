using Pipeline.Inference;
using Shouldly;
using Xunit;

namespace Pipeline.TestSupport.Inference;

/// <summary>What every scorer of labels must do. A scorer's tests derive from this and give it.</summary>
public abstract class LabelScorerConformance
{
    protected abstract ILabelScorer Scorer { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("I finally got the job!")]
    [InlineData("너무 무서웠어")]
    public async Task Probabilities_stand_in_the_order_of_the_labels_and_sum_to_1(string text)
    {
        LabelScores scores = await Scorer.ScoreAsync(EmotionPrompt.For(text), Cancellation);

        scores.Labels.Select(score => score.Label).ShouldBe(EmotionPrompt.Labels);
        scores.Labels.Sum(score => score.Probability).ShouldBe(1, 1e-6);
        scores.Labels.ShouldAllBe(score => score.LogProbability <= 0);
        scores.Best.Probability.ShouldBe(scores.Labels.Max(score => score.Probability));
        scores.PromptTokens.ShouldBeGreaterThan(0);
        scores.CachedTokens.ShouldBeInRange(0, scores.PromptTokens);
        scores.Model.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_higher_temperature_flattens_and_keeps_the_order()
    {
        LabelScoringRequest request = EmotionPrompt.For("He lied to me again.");

        LabelScores sharp = await Scorer.ScoreAsync(request, Cancellation);
        LabelScores flat = await Scorer.ScoreAsync(request with { Temperature = 10 }, Cancellation);

        flat.Best.Label.ShouldBe(sharp.Best.Label);
        flat.Best.Probability.ShouldBeLessThanOrEqualTo(sharp.Best.Probability);
    }

    [Fact]
    public async Task A_wrong_request_is_refused()
    {
        await Should.ThrowAsync<ArgumentException>(() => Scorer.ScoreAsync(EmotionPrompt.For("text", "joy", "joy"), Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Scorer.ScoreAsync(EmotionPrompt.For("text", "joy"), Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Scorer.ScoreAsync(EmotionPrompt.For("text") with { Temperature = 0 }, Cancellation));
    }

    [Fact]
    public Task A_prompt_beyond_the_requests_limit_is_refused_with_both_numbers() =>
        Should.ThrowAsync<PromptTooLongException>(() => Scorer.ScoreAsync(EmotionPrompt.For("text") with { PromptTokensMax = 2 }, Cancellation));

    [Fact]
    public Task A_canceled_request_says_so() =>
        Should.ThrowAsync<OperationCanceledException>(() => Scorer.ScoreAsync(EmotionPrompt.For("text"), new(canceled: true)));
}
