using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Api.Events;

/// <summary>
/// Reads the updates of a job for one client until it is final. A slow client gets them less often, never less text: what it
/// has is compared with the snapshot whenever it is ready for more.
/// </summary>
internal sealed class JobUpdateReader(
    JobStore store, JobCatalog catalog, IHostApplicationLifetime lifetime, IOptions<ApiOptions> options, TimeProvider time)
{
    private static readonly TimeSpan StoreRetryInterval = TimeSpan.FromMilliseconds(500);

    /// <param name="subscription">The job, opened by the caller.</param>
    /// <param name="clientId">Whose job it is.</param>
    /// <param name="has">How much of the text the client has already.</param>
    /// <param name="sse">Where the caller writes the updates, some of which say nothing to its client.</param>
    /// <param name="cancellationToken">The client has left.</param>
    public async IAsyncEnumerable<JobUpdate> ReadAsync(
        JobSubscription subscription, Guid clientId, TextPlace has, SseWriter sse, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timeOver = new CancellationTokenSource(options.Value.StreamDurationMax, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeOver.Token, lifetime.ApplicationStopping);
        var sent = new SentUpdates(catalog, has);
        while (!ending.IsCancellationRequested)
        {
            var snapshot = subscription.Read(sent.Has);
            if (!JobState.IsFinal(snapshot.State))
            {
                foreach (var update in sent.Compare(snapshot))
                {
                    yield return update;
                }

                if (!await ChangesAsync(snapshot, options.Value.StreamKeepAlive - sse.Quiet, ending.Token))
                {
                    yield return new JobUpdate.Silence();
                }
            }
            else if (await ReadFinalAsync(subscription, clientId, ending.Token) is { } job)
            {
                foreach (var update in sent.Complete(job))
                {
                    yield return update;
                }

                yield break;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        yield return new JobUpdate.Interrupted();
    }

    /// <summary>False when nothing was written for a while. True also when there is no more time; the caller looks at its token.</summary>
    private async Task<bool> ChangesAsync(JobSnapshot snapshot, TimeSpan atMost, CancellationToken cancellationToken)
    {
        try
        {
            await snapshot.Changed.WaitAsync(atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    /// <summary>The job if it is really final; null when it is not, or cannot be read now. The caller asks again.</summary>
    private async Task<Job?> ReadFinalAsync(JobSubscription subscription, Guid clientId, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.FindAsync(clientId, subscription.JobId, cancellationToken) is not { } job)
            {
                throw new InvalidOperationException(
                    $"Job {subscription.JobId} vanished while a client was subscribed to it. Retention has to keep final jobs for longer than Api:StreamDurationMax.");
            }

            subscription.Observe(job);
            return JobState.IsFinal(job.State) ? job : null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (TransientErrors.IsTransient(e))
        {
            // The result is durable, and can be read when the database is back.
            await Task.Delay(StoreRetryInterval, time, CancellationToken.None); // Short; the caller looks at its token then.
            return null;
        }
    }
}
