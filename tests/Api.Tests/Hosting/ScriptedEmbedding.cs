using Pipeline.Contracts;
using Pipeline.Core.Attempts;

namespace Pipeline.Api.Tests.Hosting;

/// <summary>A vector of each text's length and of 1; "reject …" is rejected.</summary>
internal sealed class ScriptedEmbedding : IJobHandler<EmbedTexts, EmbeddingResult>
{
    public Task<JobOutcome> HandleAsync(EmbedTexts job, JobContext context, CancellationToken cancellationToken) => Task.FromResult(
        job.Texts[0].StartsWith("reject", StringComparison.Ordinal)
            ? new JobOutcome.Rejected("The script says so.")
            : JobOutcome.Success(
                new EmbeddingResult
                {
                    Embeddings = [.. job.Texts.Select(text => new float[] { text.Length, 1 }[..(job.Dimensions ?? 2)])],
                    Dimensions = job.Dimensions ?? 2,
                    Model = "scripted",
                    Usage = new(job.Texts.Count, 0, 0),
                    Timings = new(0, 0),
                },
                EmbedTexts.ResultJson));
}
