using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Documents;
using Pipeline.Inference;

namespace Pipeline.Workers.Embedding.Documents;

/// <summary>
/// Cuts a document and embeds its chunks, a group at a time, so that a long one shows how far it is, can be searched while it
/// grows, and goes on where a worker died.
/// </summary>
internal sealed class DocumentHandler(
    ChunkStore chunks, DocumentCutter cutter, LongTextEmbedder embedder, ServedModel served, IOptions<DocumentOptions> options, TimeProvider time)
    : IJobHandler<EmbedDocument, DocumentResult>
{
    /// <summary>Chunks of one write; some batches of the model, and less than a second of work to be lost.</summary>
    public const int GroupMax = 64;

    public async Task<JobOutcome> HandleAsync(EmbedDocument job, JobContext context, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (modelId, model) = await served.GetAsync(cancellationToken);
        if (await chunks.OpenAsync(context.JobId, job.DocumentId, cancellationToken) is not { } document)
        {
            return Gone(job);
        }

        var passages = cutter.Cut(document.Text, document.Format);
        if (passages.Count > options.Value.ChunksMax)
        {
            return new JobOutcome.Rejected(
                $"The document has {passages.Count} chunks of up to {options.Value.ChunkTokens} tokens; Documents:ChunksMax is {options.Value.ChunksMax}. Split the document or raise the limit.");
        }

        // Most documents are one group: written at once, they need no record of how far they are.
        var done = passages.Count > GroupMax
            ? (await chunks.BeginAsync(job.DocumentId, modelId, passages.Count, cancellationToken)).ToHashSet()
            : [];
        var priority = context.Priority is JobPriority.Bulk ? RequestPriority.Bulk : RequestPriority.Interactive;
        int[] left = [.. Enumerable.Range(0, passages.Count).Where(ordinal => !done.Contains(ordinal))];
        var tokens = 0;
        foreach (var group in left.Length > 0 ? left.Chunk(GroupMax) : [[]])
        {
            var embedded = await Task.WhenAll(group.Select(ordinal => EmbedAsync(document.Title, passages[ordinal], model, priority, context.ClientId, cancellationToken)));
            tokens += embedded.Sum(chunk => chunk.Tokens);
            var isLast = left.Length == 0 || group[^1] == left[^1];
            Chunk[] written = [.. group.Select((ordinal, i) => new Chunk(ordinal, passages[ordinal].Text, passages[ordinal].Tokens, embedded[i].Vector))];
            if (!await chunks.WriteAsync(job.DocumentId, modelId, document.Title, written, isLast ? passages.Count : null, cancellationToken))
            {
                return Gone(job);
            }
        }

        return JobOutcome.Success(
            new DocumentResult
            {
                DocumentId = job.DocumentId,
                Chunks = passages.Count,
                Model = model.Name,
                ModelVersion = model.Version,
                Usage = new(tokens, CachedTokens: 0, CompletionTokens: 0),
                Timings = context.Timings(time.GetElapsedTime(started)),
            },
            EmbedDocument.ResultJson);
    }

    private async Task<EmbeddedText> EmbedAsync(string? title, Passage passage, EmbeddingModel model, RequestPriority priority, Guid owner, CancellationToken cancellationToken)
    {
        // A passage means what it says under its title: "within 30 days" of returns.
        var embedded = await embedder.EmbedAsync(title is null ? passage.Text : $"{title}\n{passage.Text}", priority, owner, cancellationToken);
        return embedded.Model == model.Name && embedded.Vector.Length == model.Dimensions
            ? embedded
            : throw new InferenceException(
                $"The server has changed its model from {model.Name} to {embedded.Model}; vectors of two models cannot be compared. Restart the worker.");
    }

    private static JobOutcome.Rejected Gone(EmbedDocument job) => new($"Document {job.DocumentId} does not exist, or was deleted.");
}
