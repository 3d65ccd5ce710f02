using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Pipeline.Inference.Models;
using Pipeline.Inference.Scheduling;
using Pipeline.Inference.Telemetry;

namespace Pipeline.Inference.Embeddings;

/// <summary>
/// A model with its encoder and the loop that ticks it; disposed in the reverse order of use. Tokenizes on the caller's
/// thread and waits for the loop.
/// </summary>
internal sealed class LoadedEncoder : IAsyncDisposable
{
    private readonly IEmbeddingModel _model;
    private readonly IEmbeddingEncoder _encoder;
    private readonly SubmissionQueue<EmbeddingTask> _submissions;
    private readonly SchedulerLoop<EmbeddingTask, EmbeddingState> _loop;
    private readonly EmbeddingMeter _meter;
    private readonly TimeProvider _time;
    private int _running;

    public LoadedEncoder(
        IEmbeddingModel model, IEmbeddingEncoder encoder, int passTokens, int queueMax, OwnerWeights weights, TimeProvider time, ILogger logger)
    {
        (_model, _encoder, _time) = (model, encoder, time);
        _submissions = new(queueMax);
        _loop = new(new EmbeddingScheduler(encoder, passTokens, _submissions, weights, logger), _submissions, logger);
        _meter = new(model.Info.Name, () => _loop.State.Waiting + _submissions.Count);
    }

    public ModelInfo Info => _model.Info;

    /// <summary>Requests whose vectors are not there yet.</summary>
    public int Running => Volatile.Read(ref _running);

    public int Dimensions => _encoder.Dimensions;

    public int TextTokensMax => _model.Info.ContextTokensTrained > 0
        ? Math.Min(_encoder.Limits.BatchTokens, _model.Info.ContextTokensTrained)
        : _encoder.Limits.BatchTokens;

    public int CountTokens(string text) => _model.Tokenize(text).Length;

    public async Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(
        IReadOnlyList<string> texts, RequestPriority priority, string? owner, CancellationToken cancellationToken)
    {
        using Activity? activity = InferenceTelemetry.StartActivity(InferenceTelemetry.EmbeddingsOperation, Info.Name);
        long start = _time.GetTimestamp();
        EmbeddingTask[] tasks = [.. texts.Select((text, index) => new EmbeddingTask(Tokenize(text, index), priority, owner))];
        float[][] vectors;
        Interlocked.Increment(ref _running);
        try
        {
            vectors = await RunAsync(tasks, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }

        int tokens = tasks.Sum(task => task.Tokens.Length);
        _meter.Embedded(texts.Count, tokens, _time.GetElapsedTime(start));
        activity?.SetTag(InferenceTelemetry.InputTokens, tokens);
        DateTimeOffset now = _time.GetUtcNow();
        return new(vectors.Select(vector => new Embedding<float>(vector) { ModelId = Info.Name, CreatedAt = now }))
        {
            Usage = new() { InputTokenCount = tokens, TotalTokenCount = tokens },
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        _meter.Dispose();
        _submissions.Dispose();
        _encoder.Dispose();
        _model.Dispose();
    }

    private async Task<float[][]> RunAsync(EmbeddingTask[] tasks, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using CancellationTokenRegistration registration = cancellationToken.Register(
            () => Array.ForEach(tasks, task => task.Cancel(cancellationToken)));
        try
        {
            foreach (EmbeddingTask task in tasks)
            {
                await _submissions.AddAsync(task, task.Priority, cancellationToken);
            }
        }
        catch
        {
            // Those already in the queue are no longer wanted.
            Array.ForEach(tasks, task => task.Cancel(new CancellationToken(canceled: true)));
            throw;
        }

        return await Task.WhenAll(tasks.Select(task => task.Completion));
    }

    private int[] Tokenize(string text, int index)
    {
        int[] tokens = _model.TokenizeInput(text);
        if (tokens.Length == 0)
        {
            throw new ArgumentException($"Text {index} has no tokens; give a text.");
        }

        return tokens.Length <= TextTokensMax ? tokens : throw new TextTooLongException(
            index,
            tokens.Length,
            TextTokensMax,
            TextTokensMax < _model.Info.ContextTokensTrained
                ? "Split the text or raise Inference:BatchTokens."
                : $"Split the text or take a model with a longer context than {Info.Name}.");
    }
}
