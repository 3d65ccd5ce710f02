using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Inference.Remote.OpenAi;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Inference.Servers;

namespace Pipeline.Inference.Remote.Tests.OpenAi;

public sealed class OpenAiLabelScorerTests : LabelScorerConformance, IAsyncLifetime
{
    private readonly ScriptedChatClient _scripted = new();
    private OpenAiServer? _server;
    private OpenAiLabelScorer? _scorer;

    protected override ILabelScorer Scorer => _scorer!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await OpenAiServer.StartAsync(_scripted);
        _scorer = new(new(Endpoints.Of(_server), TimeProvider.System), NullLogger<OpenAiLabelScorer>.Instance);
        Begins((" joy", 0.5), ("ex", 0.2), (" Sur", 0.2), (" The", 0.05));
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    [Fact]
    public async Task Scores_are_those_of_the_tokens_that_begin_the_labels()
    {
        LabelScores scores = await _scorer!.ScoreAsync(EmotionPrompt.For("text"), Cancellation);

        scores.Best.Label.ShouldBe("joy");
        scores.ChoiceOnly.ShouldBeFalse();
        Score(scores, "joy").LogProbability.ShouldBe(Math.Log(0.5), 1e-6);
        Score(scores, "excitement").LogProbability.ShouldBe(Math.Log(0.2), 1e-6);
        Score(scores, "surprise").LogProbability.ShouldBe(Math.Log(0.2), 1e-6);
        Score(scores, "anger").LogProbability.ShouldBe(Math.Log(0.05), 1e-5, "At most what the least listed token has, and what all listed ones leave.");
        _server!.Requests.Count.ShouldBe(1);
        _server.Requests[0].GetProperty("chat_template_kwargs").GetProperty("enable_thinking").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_line_break_before_the_answer_is_no_answer()
    {
        _server!.LogProbabilities = _ => [Chances(("\n", 1)), Chances(("fear", 0.9), ("joy", 0.1))];

        (await _scorer!.ScoreAsync(EmotionPrompt.For("text"), Cancellation)).Best.Label.ShouldBe("fear");
    }

    [Fact]
    public async Task Korean_labels_are_told_apart_by_whole_syllables()
    {
        Begins(("슬", 0.7), ("기", 0.2));

        LabelScores scores = await _scorer!.ScoreAsync(EmotionPrompt.For("너무 슬퍼", "기쁨", "슬픔"), Cancellation);

        scores.ChoiceOnly.ShouldBeFalse();
        scores.Best.Label.ShouldBe("슬픔");
    }

    [Fact]
    public async Task A_part_of_a_syllable_that_begins_two_labels_leaves_the_choice_to_the_model()
    {
        // 기 and 긴 share their first two bytes of three.
        byte[] half = Encoding.UTF8.GetBytes("기")[..2];
        _server!.LogProbabilities = _ => [[new(half, Math.Log(0.9))]];

        LabelScores scores = await _scorer!.ScoreAsync(EmotionPrompt.For("너무 기뻐", "긴장", "기쁨"), Cancellation);

        scores.ChoiceOnly.ShouldBeTrue();
        scores.Best.Label.ShouldBe("긴장"); // The script takes the first of an enum.
        (scores.Labels[0].Probability, scores.Labels[1].Probability).ShouldBe((1, 0));
        _server.Requests.Count.ShouldBe(2);
        _server.Requests[1].GetProperty("response_format").GetProperty("json_schema").GetProperty("schema").ToString().ShouldContain("긴장");
    }

    [Fact]
    public async Task Words_that_are_no_label_leave_the_choice_to_the_model()
    {
        Begins(("The", 0.9), ("I", 0.05), ("joy", 0.01));

        (await _scorer!.ScoreAsync(EmotionPrompt.For("text"), Cancellation)).ChoiceOnly.ShouldBeTrue();
    }

    [Fact]
    public async Task A_server_without_log_probabilities_is_asked_for_them_once()
    {
        _server!.LogProbabilities = null;

        (await _scorer!.ScoreAsync(EmotionPrompt.For("text"), Cancellation)).ChoiceOnly.ShouldBeTrue();
        (await _scorer.ScoreAsync(EmotionPrompt.For("text"), Cancellation)).ChoiceOnly.ShouldBeTrue();

        _server.Requests.Count(body => body.TryGetProperty("logprobs", out _)).ShouldBe(1);
        _server.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_model_that_keeps_to_no_schema_may_name_the_label_plainly()
    {
        (_server!.LogProbabilities, _scripted.Says) = (null, " Anger\n");

        (await _scorer!.ScoreAsync(EmotionPrompt.For("text"), Cancellation)).Best.Label.ShouldBe("anger");
    }

    [Fact]
    public async Task A_model_that_names_no_label_is_a_failure_without_its_words()
    {
        (_server!.LogProbabilities, _scripted.Says) = (null, "I would rather not say.");

        (await Should.ThrowAsync<RemoteException>(() => _scorer!.ScoreAsync(EmotionPrompt.For("text"), Cancellation)))
            .Message.ShouldNotContain("rather");
    }

    private static LabelScore Score(LabelScores scores, string label) => scores.Labels.Single(score => score.Label == label);

    private void Begins(params (string Token, double Probability)[] tokens) => _server!.LogProbabilities = _ => [Chances(tokens)];

    private static IReadOnlyList<TokenChance> Chances(params (string Token, double Probability)[] tokens) =>
        [.. tokens.Select(token => new TokenChance(Encoding.UTF8.GetBytes(token.Token), Math.Log(token.Probability)))];
}
