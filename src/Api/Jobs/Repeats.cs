using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.Jobs;

/// <summary>Jobs that repeat others with changes.</summary>
internal sealed class Repeats(JobStore store)
{
    /// <summary>The job that the body says it repeats; null where it says none, or one that cannot be repeated so, which is reported.</summary>
    /// <param name="kind">Of what is submitted; null where that is wrong already.</param>
    public async Task<Guid?> TakeOriginAsync(BodyFields fields, HttpContext context, JobKind? kind)
    {
        var before = fields.Errors.Count;
        if (CommonFields.TakeResubmittedFrom(fields) is not { } id || fields.Errors.Count > before)
        {
            return null;
        }

        var known = await store.FindKindAsync(context.ClientId(), id, context.RequestAborted);
        if (known is null)
        {
            fields.Errors.Add(CommonFields.ResubmittedFrom, $"is {id}: there is no such job, or it belongs to another API key. Send the id of a job of yours, or leave it out.");
        }
        else if (kind is not null && known != kind.Name)
        {
            fields.Errors.Add(CommonFields.ResubmittedFrom, $"is {id}, a job of kind {known}: send one of kind {kind.Name}, or leave it out.");
        }

        return id;
    }
}
