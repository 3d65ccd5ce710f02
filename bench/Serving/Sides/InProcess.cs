using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Bench.Serving.Questions;
using Pipeline.Contracts;
using Pipeline.Inference;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.LLamaSharp;

namespace Pipeline.Bench.Serving.Sides;

/// <summary>Our engine in this process: no HTTP, no queue, no database.</summary>
internal sealed class InProcess : IServingSide
{
    private readonly LocalModels _models;
    private readonly LocalModel _chat;
    private readonly LocalModel _emotion;
    private readonly EmbeddingEngine _embedding;

    private InProcess(LocalModels models, LocalModel chat, LocalModel emotion, EmbeddingEngine embedding) =>
        (_models, _chat, _emotion, _embedding) = (models, chat, emotion, embedding);

    public string Name => "engine";

    public string Version => "the engine of this commit";

    public static async Task<InProcess> StartAsync(Files files, int threads, CancellationToken cancellationToken)
    {
        IOptions<InferenceOptions> options = Options.Create(new InferenceOptions { Threads = threads, GpuLayers = 0 });
        LLamaSharpModelLoader loader = new(options, TimeProvider.System, NullLoggerFactory.Instance);
        LocalModels models = new(loader, options, new(), TimeProvider.System, NullLogger<LocalModels>.Instance);
        LocalModel chat = await models.LoadAsync(files.Chat, new() { Messages = [new(ChatRole.User, "Warm-up.")], Labels = ["yes", "no"] }, cancellationToken);
        LocalModel emotion = await models.LoadAsync(files.Emotion, Request("Warm-up."), cancellationToken);
        EmbeddingEngine embedding = new(
            new([new GgufEmbeddingLoader(loader, NullLogger<GgufEmbeddingLoader>.Instance)]), options, new(), TimeProvider.System, NullLogger<EmbeddingEngine>.Instance);
        await embedding.LoadAsync(files.Embedding, cancellationToken);
        return new(models, chat, emotion, embedding);
    }

    public async Task<Answer> AnswerAsync(Ask ask, CancellationToken cancellationToken)
    {
        double asked = Clock.Seconds;
        List<Piece> pieces = [];
        UsageDetails? usage = null;
        ChatOptions options = new() { Temperature = 0, MaxOutputTokens = ask.Tokens, ResponseFormat = ask.Json ? JsonSchema.Format : null };
        ChatMessage[] messages = ask.System is { } system ? [new(ChatRole.System, system), new(ChatRole.User, ask.Text)] : [new(ChatRole.User, ask.Text)];
        await foreach (ChatResponseUpdate update in _chat.Chat.GetStreamingResponseAsync(messages, options, cancellationToken))
        {
            if (update.Text.Length > 0)
            {
                pieces.Add(new(Clock.Seconds, update.Text.Length));
            }

            usage = update.Contents.OfType<UsageContent>().SingleOrDefault()?.Details ?? usage;
        }

        return new(asked, Clock.Seconds, pieces, (int)usage!.InputTokenCount!.Value, (int)usage.OutputTokenCount!.Value);
    }

    public async Task<int> ClassifyAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        LabelScores[] scores = await Task.WhenAll(texts.Select(text => _emotion.ScoreAsync(Request(text), cancellationToken)));
        return scores.Count(score => Emotions.All.Contains(score.Best.Label));
    }

    public async Task<int> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
        (await _embedding.GenerateAsync(texts, null, cancellationToken)).Count(vector => vector.Vector.Length > 0);

    public async ValueTask DisposeAsync()
    {
        await _models.DisposeAsync();
        await _embedding.DisposeAsync();
    }

    /// <summary>As the worker asks: of the bulk class, as jobs of a batch are.</summary>
    private static LabelScoringRequest Request(string text) => new()
    {
        Messages = [new(ChatRole.System, EmotionInstruction.Text), new(ChatRole.User, text)],
        Labels = Emotions.All,
        Priority = RequestPriority.Bulk,
    };
}

/// <summary>One clock for all sides.</summary>
internal static class Clock
{
    public static double Seconds => Stopwatch.GetElapsedTime(0).TotalSeconds;
}

/// <summary>The prompt that the small model was trained with.</summary>
internal static class EmotionInstruction
{
    public const string Text = "Classify the emotion of the user's text. Answer with one word: joy, excitement, sadness, anger, fear, surprise or neutral.";
}

/// <summary>Models of all sides.</summary>
internal sealed record Files(string Chat, string Emotion, string Embedding);
