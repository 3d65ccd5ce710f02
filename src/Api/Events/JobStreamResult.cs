using Pipeline.Api.Clients;
using Pipeline.Core.Events;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.Events;

/// <summary>An answer that follows a job to its end.</summary>
internal sealed class JobStreamResult(JobStreams.OpenStream stream, IStreamFormat format) : IResult
{
    /// <summary>How much of the text the client has already.</summary>
    public TextPlace Has { get; init; }

    /// <summary>Whether the job ends with its client.</summary>
    public bool CancelsOnDisconnect { get; init; }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var _ = stream;
        var clientId = httpContext.ClientId();
        var follower = httpContext.RequestServices.GetRequiredService<JobFollower>();
        var left = httpContext.RequestAborted;
        var sse = SseWriter.Begin(httpContext);
        try
        {
            await foreach (var news in follower.FollowAsync(stream.Watch, clientId, Has, left))
            {
                format.Write(sse, news);
                await sse.FlushAsync(left);
            }
        }
        catch (OperationCanceledException) when (left.IsCancellationRequested && CancelsOnDisconnect)
        {
            // The client's token is what ended; the job has to be ended all the same.
            await httpContext.RequestServices.GetRequiredService<JobStore>().CancelAsync(clientId, stream.Watch.JobId, CancellationToken.None);
            throw;
        }
    }
}
