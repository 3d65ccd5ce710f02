using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Inference.Remote.Anthropic;
using Pipeline.Inference.Remote.Fallback;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Inference.Servers;

namespace Pipeline.Inference.Remote.Tests.Fallback;

public sealed class FallbackLabelScorerTests : IAsyncLifetime
{
    private readonly ScriptedChatClient _cloud = new();
    private AnthropicServer? _server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await AnthropicServer.StartAsync(_cloud);

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    [Fact]
    public async Task The_cloud_chooses_a_label_and_the_scores_say_who_and_that_it_is_no_more_than_a_choice()
    {
        LabelScores scores = await Scorer(new InferenceException("The decoder failed.")).ScoreAsync(EmotionPrompt.For("너무 무서웠어", "무서움", "기쁨"), Cancellation);

        scores.Best.Label.ShouldBe("무서움"); // The script takes the first of an enum.
        scores.Labels.Select(score => score.Probability).ShouldBe([1, 0]);
        (scores.ChoiceOnly, scores.FallbackProvider, scores.Model).ShouldBe((true, "Anthropic", "claude-test"));
        scores.PromptTokens.ShouldBeGreaterThan(0);
        scores.CompletionTokens.ShouldBeGreaterThan(0);
        var body = _server!.Requests.ShouldHaveSingleItem();
        body.GetProperty("system").ToString().ShouldContain("Classify the emotion");
        body.TryGetProperty("temperature", out _).ShouldBeFalse();
        body.GetProperty("output_config").GetProperty("format").GetProperty("schema").GetProperty("properties").GetProperty("label").GetProperty("enum")[1].GetString().ShouldBe("기쁨");
    }

    [Fact]
    public async Task A_text_that_is_too_long_here_is_not_sent_there()
    {
        await Should.ThrowAsync<PromptTooLongException>(() => Scorer(new PromptTooLongException(9, 8, "Shorten it.")).ScoreAsync(EmotionPrompt.For("text"), Cancellation));

        _server!.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cloud_that_names_no_label_has_failed_as_well()
    {
        _cloud.Says = "It depends.";

        (await Should.ThrowAsync<InferenceException>(() => Scorer(new InferenceException("The decoder failed.")).ScoreAsync(EmotionPrompt.For("text"), Cancellation)))
            .Message.ShouldContain("none of the labels");
    }

    private FallbackLabelScorer Scorer(Exception failure)
    {
        FallbackOptions options = new() { Enabled = true, Provider = FallbackProvider.Anthropic, Model = "claude-test" };
        return new(
            new FailingScorer(failure),
            new AnthropicChatClient(Endpoints.Of(_server!), TimeProvider.System),
            new(options, TimeProvider.System, NullLogger<FallbackGate>.Instance));
    }

    private sealed class FailingScorer(Exception failure) : ILabelScorer
    {
        public Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken) => Task.FromException<LabelScores>(failure);
    }
}
