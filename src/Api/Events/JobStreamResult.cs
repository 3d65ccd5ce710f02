using Pipeline.Api.Clients;
using Pipeline.Core.Jobs;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Api.Events;

/// <summary>An answer that streams the updates of a job to its end.</summary>
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
        var reader = httpContext.RequestServices.GetRequiredService<JobUpdateReader>();
        var left = httpContext.RequestAborted;
        var sse = new SseWriter(httpContext, httpContext.RequestServices.GetRequiredService<TimeProvider>());
        try
        {
            await foreach (var update in reader.ReadAsync(stream.Subscription, clientId, Has, sse, left))
            {
                // A status that says 200 cannot be taken back, and some clients do not look for errors behind it.
                if (!sse.HasBegun && format.Refuse(update) is { } problem)
                {
                    await problem.ExecuteAsync(httpContext);
                    return;
                }

                format.Write(sse, update);
                await sse.FlushAsync(left);
            }
        }
        catch (OperationCanceledException) when (left.IsCancellationRequested && CancelsOnDisconnect)
        {
            // The client's token is what ended; the job has to be ended all the same.
            await httpContext.RequestServices.GetRequiredService<JobStore>().CancelAsync(clientId, stream.Subscription.JobId, CancellationToken.None);
            throw;
        }
    }
}
