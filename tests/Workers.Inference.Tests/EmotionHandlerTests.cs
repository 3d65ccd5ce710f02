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
    public async Task A_language_that_the_model_was_not_trained_for_has_a_warning_and_flat_probabilities(string text, string language, string warning)
    {
        var result = await SucceedAsync(text, Interactive);

        result.Language.ShouldBe(language);
        result.Warning.ShouldNotBeNull().ShouldContain(warning);
        (result.Emotion, result.Confidence).ShouldBe(("fear", result.Scores.Values.Max()));
        result.Confidence.ShouldBe((0.4 * 0.02) + (0.98 / 7), 1e-9);
        result.Scores.Values.Sum().ShouldBe(1, 1e-9);
    }

    [Theory]
    [InlineData("https://example.org/a/b?c=1&d=2")]
    [InlineData("U29tZSBiYXNlNjQgdGV4dCBoZXJlIGZvciB0ZXN0aW5n")]
    [InlineData("asdf jkl; qwer zxcv")]
    public async Task A_text_without_words_has_a_warning_and_what_the_model_learnt_of_such_texts(string text)
    {
        var result = await SucceedAsync(text, Interactive);

        (result.Language, result.Confidence).ShouldBe(("und", 0.4));
        result.Warning.ShouldNotBeNull().ShouldContain("no words");
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
    public async Task A_text_that_the_model_cannot_read_at_once_is_scored_in_overlapping_pieces_between_sentences()
    {
        _scorer.LengthMax = 100;
        var text = string.Join(' ', Enumerable.Range(1, 60).Select(number => $"It is {number}."));

        var result = await SucceedAsync(text, Interactive, spans: true);

        var spans = result.Spans.ShouldNotBeNull();
        spans.Count.ShouldBeGreaterThan(4);
        (spans[0].Start, spans[^1].End).ShouldBe((0, text.Length));
        foreach (var (span, next) in spans.Zip(spans.Skip(1)))
        {
            next.Start.ShouldBeInRange(span.Start + 1, span.End - 1);
            text[next.Start..].ShouldStartWith("It is");
        }

        spans.ShouldAllBe(span => span.End - span.Start <= 100 && span.Emotion == "fear" && span.Confidence == 0.4);
        result.Confidence.ShouldBe(0.4, 1e-9);
        result.Usage.PromptTokens.ShouldBe(46 * spans.Count);
    }

    [Fact]
    public async Task The_whole_of_a_text_in_pieces_weighs_each_by_its_length()
    {
        _scorer.LengthMax = 100;
        _scorer.Probability = text => text.Contains("joyful", StringComparison.Ordinal) ? new("joy", 0.94) : new("neutral", 0.94);
        var text = "I feel joyful. " + string.Concat(Enumerable.Repeat("The train leaves at eight. ", 40)).TrimEnd();

        var result = await SucceedAsync(text, Interactive, spans: true);

        result.Spans.ShouldNotBeNull()[0].Emotion.ShouldBe("joy");
        result.Emotion.ShouldBe("neutral");
        result.Scores["joy"].ShouldBeInRange(0.02, 0.2);
        result.Scores.Values.Sum().ShouldBe(1, 1e-9);
    }

    [Fact]
    public async Task A_text_that_fits_has_one_span_and_none_unless_it_is_asked_for()
    {
        (await SucceedAsync("so scary", Interactive)).Spans.ShouldBeNull();

        (await SucceedAsync("so scary", Interactive, spans: true)).Spans
            .ShouldHaveSingleItem().ShouldBe(new() { Start = 0, End = 8, Emotion = "fear", Confidence = 0.4 });
    }

    [Fact]
    public async Task Every_text_of_any_signs_is_scored_to_its_end()
    {
        const int Seed = 5;
        var random = new Random(Seed);
        string[] alphabet = ["a", "가", "😀", " ", "\n", ". ", "👩‍👩‍👧", "\u200b"];
        _scorer.LengthMax = 24;
        for (var round = 0; round < 100; round++)
        {
            var text = "x" + string.Concat(Enumerable.Range(0, random.Next(20, 400)).Select(_ => alphabet[random.Next(alphabet.Length)])) + "x";

            var spans = (await SucceedAsync(text, Interactive, spans: true)).Spans.ShouldNotBeNull();

            var covered = 0;
            foreach (var span in spans)
            {
                text[Math.Min(covered, span.Start)..span.Start].ShouldAllBe(letter => char.IsWhiteSpace(letter), $"seed {Seed}");
                char.IsLowSurrogate(text[span.Start]).ShouldBeFalse($"seed {Seed}");
                covered = Math.Max(covered, span.End);
            }

            covered.ShouldBe(text.Length, $"seed {Seed}");
        }
    }

    [Fact]
    public async Task A_model_that_cannot_even_read_a_few_characters_is_told()
    {
        _scorer.LengthMax = 4;

        var outcome = await HandleAsync("a long text", Interactive);

        outcome.ShouldBeOfType<JobOutcome.Rejected>().Reason.ShouldContain("too long");
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

    private async Task<EmotionResult> SucceedAsync(string text, JobContext context, EmotionOptions? options = null, bool spans = false) =>
        JsonSerializer.Deserialize((await HandleAsync(text, context, options, spans)).ShouldBeOfType<JobOutcome.Succeeded>().ResultJson, AnalyzeEmotion.ResultJson)!;

    private Task<JobOutcome> HandleAsync(string text, JobContext context, EmotionOptions? options = null, bool spans = false) =>
        new EmotionHandler(_scorer, TestJobs.Served(), Options.Create(new InferenceOptions()), Options.Create(options ?? new EmotionOptions()), TimeProvider.System)
            .HandleAsync(new AnalyzeEmotion { Text = text, Spans = spans }, context, CancellationToken.None);

    private sealed class RecordingScorer : ILabelScorer
    {
        public List<LabelScoringRequest> Requests { get; } = [];

        public Exception? Fail { get; set; }

        public string? FallbackProvider { get; set; }

        /// <summary>The longest text that fits, in code units, each of which is a token here.</summary>
        public int LengthMax { get; set; } = int.MaxValue;

        /// <summary>The best label of a text and its probability; the others share the rest.</summary>
        public Func<string, KeyValuePair<string, double>> Probability { get; set; } = _ => new("fear", 0.4);

        public Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken)
        {
            const int InstructionTokens = 40;
            Requests.Add(request);
            var text = request.Messages[^1].Text;
            if (text.Length > LengthMax)
            {
                throw new PromptTooLongException(text.Length + InstructionTokens, LengthMax + InstructionTokens, "Split the text.");
            }

            var best = Probability(text);
            return Fail is null
                ? Task.FromResult(new LabelScores
                {
                    Labels = [.. request.Labels.Select(label => new LabelScore(label, label == best.Key ? best.Value : (1 - best.Value) / 6, -1))],
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
