using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Inference;
using Pipeline.Workers.Inference.Emotion;

namespace Pipeline.Workers.Inference.Tests;

public sealed class EmotionHandlerTests
{
    private static readonly JobContext Interactive = new()
    {
        JobId = Guid.CreateVersion7(),
        Attempt = 1,
        Priority = JobPriority.Interactive,
        Queued = TimeSpan.FromMilliseconds(12),
    };

    private readonly RecordingScorer _scorer = new();

    [Fact]
    public async Task The_result_holds_the_best_label_and_the_whole_distribution()
    {
        var result = await SucceedAsync("너무 무서웠어", Interactive);

        result.Emotion.ShouldBe("fear");
        result.Confidence.ShouldBe(0.4);
        result.Scores.Keys.ShouldBe(Emotions.All);
        result.Scores.Values.Sum().ShouldBe(1, 1e-9);
        (result.Language, result.Model, result.FallbackAttempted).ShouldBe(("ko", "recorded", false));
        result.Usage.ShouldBe(new TokenUsage(46, 40, 0));
        result.Timings.QueuedMs.ShouldBe(12);
    }

    [Theory]
    [InlineData("Estoy muy triste, mi perro murió ayer.", "es", "another language (es)")]
    [InlineData("怖くて眠れない", "ja", "another language (ja)")]
    [InlineData("Moja siostra złamała rękę na nartach.", "und", "cannot be told")]
    [InlineData("https://example.org/a/b?c=1&d=2", "und", "cannot be told")]
    public async Task A_language_that_the_model_was_not_trained_for_has_a_warning_and_flat_probabilities(string text, string language, string warning)
    {
        var result = await SucceedAsync(text, Interactive);

        result.Language.ShouldBe(language);
        result.Warning.ShouldNotBeNull().ShouldContain(warning);
        (result.Emotion, result.Confidence).ShouldBe(("fear", result.Scores.Values.Max()));
        result.Confidence.ShouldBe((0.4 * 0.15) + (0.85 / 7), 1e-9);
        result.Scores.Values.Sum().ShouldBe(1, 1e-9);
    }

    [Theory]
    [InlineData("너무 무서웠어", null)]
    [InlineData("I was so scared", null)]
    [InlineData("😱😱", null)]
    [InlineData("怖くて眠れない", "*")]
    [InlineData("怖くて眠れない", "ja")]
    public async Task A_language_that_it_was_trained_for_and_emoji_have_neither(string text, string? languages)
    {
        var result = await SucceedAsync(text, Interactive, new() { Languages = languages is null ? null : [languages] });

        result.Warning.ShouldBeNull();
        result.Confidence.ShouldBe(0.4);
    }

    [Fact]
    public async Task A_result_of_the_cloud_names_the_provider_and_says_that_it_is_a_choice()
    {
        _scorer.FallbackProvider = "Anthropic";

        var result = await SucceedAsync("text", Interactive);

        (result.FallbackAttempted, result.FallbackProvider, result.ChoiceOnly).ShouldBe((true, "Anthropic", true));
        result.Usage.CompletionTokens.ShouldBe(9);
    }

    [Fact]
    public async Task The_instruction_is_the_same_for_every_text_and_the_text_is_a_message_of_its_own()
    {
        await SucceedAsync("first", Interactive);
        await SucceedAsync("second", Interactive);

        _scorer.Requests.Select(request => request.Messages[0].Text).Distinct().ShouldHaveSingleItem().ShouldContain("joy, excitement, sadness");
        _scorer.Requests.Select(request => (request.Messages[1].Role, request.Messages[1].Text)).ShouldBe([(ChatRole.User, "first"), (ChatRole.User, "second")]);
    }

    [Theory]
    [InlineData(JobPriority.Interactive, RequestPriority.Interactive)]
    [InlineData(JobPriority.Bulk, RequestPriority.Bulk)]
    public async Task The_queue_decides_the_place_in_the_batch(JobPriority queue, RequestPriority expected)
    {
        await SucceedAsync("text", Interactive with { Priority = queue });

        _scorer.Requests.Single().Priority.ShouldBe(expected);
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_rejected_with_the_numbers_and_never_cut()
    {
        _scorer.Fail = new PromptTooLongException(9_000, 8_192, "Split the text.");

        var outcome = await HandleAsync("long", Interactive);

        outcome.ShouldBeOfType<JobOutcome.Rejected>().Reason.ShouldContain("9000 tokens; at most 8192");
    }

    [Fact]
    public async Task An_engine_that_fails_is_not_the_texts_fault()
    {
        _scorer.Fail = new InferenceException("The decoder failed.");

        await Should.ThrowAsync<InferenceException>(() => HandleAsync("text", Interactive));
    }

    [Fact]
    public async Task Only_what_the_local_model_said_may_be_given_again()
    {
        (await HandleAsync("text", Interactive)).ShouldBeOfType<JobOutcome.Succeeded>().IsReproducible.ShouldBeTrue();

        _scorer.FallbackProvider = "Anthropic";

        (await HandleAsync("text", Interactive)).ShouldBeOfType<JobOutcome.Succeeded>().IsReproducible.ShouldBeFalse();
    }

    private async Task<EmotionResult> SucceedAsync(string text, JobContext context, EmotionOptions? options = null) =>
        JsonSerializer.Deserialize((await HandleAsync(text, context, options)).ShouldBeOfType<JobOutcome.Succeeded>().ResultJson, AnalyzeEmotion.ResultJson)!;

    private Task<JobOutcome> HandleAsync(string text, JobContext context, EmotionOptions? options = null) =>
        new EmotionHandler(_scorer, Options.Create(options ?? new EmotionOptions()), TimeProvider.System)
            .HandleAsync(new AnalyzeEmotion { Text = text }, context, CancellationToken.None);

    private sealed class RecordingScorer : ILabelScorer
    {
        public List<LabelScoringRequest> Requests { get; } = [];

        public Exception? Fail { get; set; }

        public string? FallbackProvider { get; set; }

        public Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken)
        {
            Requests.Add(request);
            return Fail is null
                ? Task.FromResult(new LabelScores
                {
                    Labels = [.. request.Labels.Select(label => new LabelScore(label, label == "fear" ? 0.4 : 0.1, -1))],
                    PromptTokens = 46,
                    CachedTokens = 40,
                    Model = "recorded",
                    FallbackProvider = FallbackProvider,
                    ChoiceOnly = FallbackProvider is not null,
                    CompletionTokens = FallbackProvider is null ? 0 : 9,
                })
                : throw Fail;
        }
    }
}
