using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Documents;
using Pipeline.Core.Intake;
using Pipeline.Core.Limits;
using Pipeline.Core.Results;
using Pipeline.Core.Search;

namespace Pipeline.Api.Search;

/// <summary>Has a worker embed a query: a job like any other, ahead of all bulk ones. The API holds no model.</summary>
internal sealed class QueryEmbedder(
    JobIntake intake, JobWaits waits, EmbeddingModelStore models, IOptions<SearchOptions> options, TimeProvider time, ILogger<QueryEmbedder> log)
{
    private readonly TimeSpan _timeout = options.Value.EmbedTimeout;

    /// <summary>Null when no worker did it in time; the log says so.</summary>
    public async Task<(QueryVector Vector, string Model, Guid JobId)?> EmbedAsync(SearchQuery query, ClientLimits limits, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var job = new NewJob
        {
            Id = Guid.CreateVersion7(now),
            Kind = EmbedTexts.Kind,
            Queue = EmbedTexts.Kind,
            InputJson = JsonSerializer.Serialize(new EmbedTexts { Texts = [query.Text] }, EmbedTexts.Json),
            ExpiresAt = now + _timeout,
            Subscriber = waits.Address,
            UserId = query.UserId,
        };
        using var expected = waits.Expect([job.Id]);
        if (await intake.SubmitAsync(new() { ClientId = query.ClientId, Limits = limits, Jobs = [job] }, cancellationToken) is not SubmissionReply.Accepted)
        {
            log.QueryNotEmbedded(job.Id, "the queue is full, or a limit of the client is reached");
            return null;
        }

        var done = (await waits.WaitAsync(query.ClientId, [job.Id], _timeout, cancellationToken)).SingleOrDefault();
        if (done is not { State: JobState.Succeeded, Result: { } json })
        {
            log.QueryNotEmbedded(job.Id, done?.Error ?? $"no worker did it within {_timeout}");
            return null;
        }

        var result = JsonSerializer.Deserialize(json, EmbedTexts.ResultJson)!;
        return await models.FindAsync(new(result.Model, result.ModelVersion, result.Dimensions), cancellationToken) is { } modelId
            ? (new(modelId, result.Embeddings[0]!), result.Model, job.Id)
            : null; // A worker that has only just started: it has no document yet.
    }
}
