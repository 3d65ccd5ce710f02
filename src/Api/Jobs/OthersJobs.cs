using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.Problems;
using Pipeline.Console;
using Pipeline.Core.Clients;
using Pipeline.Core.Jobs;
using Pipeline.Core.Relay;

namespace Pipeline.Api.Jobs;

/// <summary>Jobs that an operator asks for by their ids, whoever's they are. Texts of others are told only where the installation allows it.</summary>
internal sealed class OthersJobs(JobListStore store, ClientStore clients, WaitingJobs waiting, IOptions<ConsoleOptions> console)
{
    public Task<IResult> FindAsync(string id, HttpContext context) => UseAsync(id, context, async job =>
    {
        var shown = MayRead(job, context) ? job : job with { Error = null, Result = null, UserId = null };
        var resource = JobResource.Of(shown, await waiting.FindAsync(job, context.RequestAborted));
        // The pipeline's own jobs belong to nobody who has a name.
        var owner = job.ClientId == context.ClientId() ? null : job.Client ?? job.ClientId.ToString();
        return Results.Json(resource with { Client = owner }, ApiJson.Wire.JobResource);
    });

    public Task<IResult> FindInputAsync(string id, HttpContext context, Contracts.JobCatalog catalog) => UseAsync(id, context, async job =>
    {
        if (await store.FindInputAsync(job.ClientId, job.Id, context.RequestAborted) is not { } input)
        {
            return JobsEndpoints.NotFound(job.Id);
        }

        return MayRead(job, context)
            ? Results.Json(StoredInput.ForClients(input, catalog.TryFind(job.Kind, out var kind) ? kind : null), ApiJson.Wire.JsonElement)
            : new Problem(ProblemType.Forbidden, $"Job {job.Id} belongs to '{job.Client}'. What others sent is shown only where Console:ShowTexts is true.");
    });

    /// <summary>A job's attempts that ended without a result.</summary>
    public Task<IResult> FindAttemptsAsync(string id, HttpContext context) => UseAsync(id, context, async job =>
    {
        var mayRead = MayRead(job, context);
        var attempts = await store.AttemptsAsync(job.Id, context.RequestAborted);
        return Results.Json(
            new AttemptsResource([.. attempts.Select(attempt => AttemptResource.Of(mayRead ? attempt : attempt with { Error = null }))]), ApiJson.Wire.AttemptsResource);
    });

    private async Task<IResult> UseAsync(string id, HttpContext context, Func<Job, Task<IResult>> use)
    {
        var (jobId, owner, refusal) = await ChosenClient.ReadAsync(id, context, clients);
        return refusal ?? (await store.FindAsync(owner, jobId, context.RequestAborted) is { } job ? await use(job) : JobsEndpoints.NotFound(jobId));
    }

    private bool MayRead(Job job, HttpContext context) => job.ClientId == context.ClientId() || console.Value.ShowTexts;
}
