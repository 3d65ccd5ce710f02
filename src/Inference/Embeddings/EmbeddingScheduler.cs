using Microsoft.Extensions.Logging;
using Pipeline.Inference.Scheduling;

namespace Pipeline.Inference.Embeddings;

/// <summary>What the scheduler holds between two ticks.</summary>
internal sealed record EmbeddingState(int Waiting);

/// <summary>
/// Packs the texts of all callers into batches, one forward pass a tick. Owns the encoder. <see cref="Tick"/> and all state
/// behind it belong to one loop (<see cref="SchedulerLoop{TTask, TState}"/>, or a test).
/// </summary>
internal sealed partial class EmbeddingScheduler(
    IEmbeddingEncoder encoder, int passTokens, SubmissionQueue<EmbeddingTask> submissions, OwnerWeights weights, ILogger logger)
    : IScheduler<EmbeddingState>
{
    private const int WaitingMax = 1_024; // To choose from when packing; the rest waits in the bounded channels.

    private readonly BatchPacker _packer = new(encoder.Limits, Math.Min(passTokens, encoder.Limits.BatchTokens), weights);
    private readonly List<EmbeddingTask> _interactive = [];
    private readonly List<EmbeddingTask> _bulk = [];

    public EmbeddingState State => new(_interactive.Count + _bulk.Count);

    public bool Tick(CancellationToken stopping)
    {
        Receive(RequestPriority.Interactive, _interactive);
        Receive(RequestPriority.Bulk, _bulk);
        List<EmbeddingTask> batch = _packer.Take(_interactive, _bulk);
        if (batch.Count == 0)
        {
            return false;
        }

        Encode(batch, stopping);
        return true;
    }

    public void Rest() => encoder.Rest();

    public void FailAll(Exception exception)
    {
        do
        {
            Receive(RequestPriority.Interactive, _interactive);
            Receive(RequestPriority.Bulk, _bulk);
            _interactive.ForEach(task => task.Fail(exception));
            _bulk.ForEach(task => task.Fail(exception));
            _interactive.Clear();
            _bulk.Clear();
        }
        while (submissions.Count > 0);
    }

    private void Receive(RequestPriority priority, List<EmbeddingTask> waiting)
    {
        waiting.RemoveAll(task => task.IsAbandoned);
        while (waiting.Count < WaitingMax && submissions.TryTake(priority) is { } task)
        {
            if (!task.IsAbandoned)
            {
                waiting.Add(task);
            }
        }
    }

    private void Encode(List<EmbeddingTask> batch, CancellationToken stopping)
    {
        try
        {
            float[][] vectors = encoder.Encode([.. batch.Select(task => task.Tokens)], stopping);
            for (int i = 0; i < vectors.Length; i++)
            {
                Deliver(batch[i], vectors[i]);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            _interactive.InsertRange(0, batch); // The loop ends and fails everybody.
        }
#pragma warning disable CA1031 // The loop's boundary: whatever a backend throws belongs to this batch, not to the engine.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Isolate(batch, exception);
        }
    }

    private static void Deliver(EmbeddingTask task, float[] vector)
    {
        try
        {
            UnitVector.Normalize(vector);
            task.Complete(vector);
        }
        catch (InferenceException exception)
        {
            task.Fail(exception);
        }
    }

    /// <summary>A failure with one text in the batch is that text's; with more, each is tried again alone.</summary>
    private void Isolate(List<EmbeddingTask> batch, Exception cause)
    {
        LogFailed(logger, cause, batch.Sum(task => task.Tokens.Length), batch.Count);
        if (batch is [var culprit])
        {
            culprit.Fail(new InferenceException(
                $"The encoder failed on a text of {culprit.Tokens.Length} tokens. The log of the inference library says why.", cause));
            return;
        }

        batch.ForEach(task => task.RunsAlone = true);
        _interactive.InsertRange(0, batch.Where(task => task.Priority == RequestPriority.Interactive));
        _bulk.InsertRange(0, batch.Where(task => task.Priority == RequestPriority.Bulk));
    }

    [LoggerMessage(3300, LogLevel.Error, "Encoder failed on a batch of {Tokens} tokens of {Texts} texts")]
    private static partial void LogFailed(ILogger logger, Exception? exception, int tokens, int texts);
}
