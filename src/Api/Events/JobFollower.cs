using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Events;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;

namespace Pipeline.Api.Events;

/// <summary>
/// Tells one client what happens to a job until it is final. A slow client is told less often, never less text: what it
/// has is compared with what there is whenever it is ready for more.
/// </summary>
internal sealed class JobFollower(JobStore store, IHostApplicationLifetime lifetime, IOptions<ApiOptions> options, TimeProvider time)
{
    private static readonly TimeSpan StoreRetryInterval = TimeSpan.FromMilliseconds(500);

    /// <param name="watch">The job, opened by the caller.</param>
    /// <param name="clientId">Whose job it is.</param>
    /// <param name="has">How much of the text the client has already.</param>
    /// <param name="cancellationToken">The client has left.</param>
    public async IAsyncEnumerable<JobNews> FollowAsync(
        JobWatch watch, Guid clientId, TextPlace has, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timeOver = new CancellationTokenSource(options.Value.StreamDurationMax, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeOver.Token, lifetime.ApplicationStopping);
        var told = new ToldNews(has);
        while (!ending.IsCancellationRequested)
        {
            var view = watch.Read(told.Has);
            if (!JobState.IsFinal(view.State))
            {
                foreach (var news in told.Compare(view))
                {
                    yield return news;
                }

                if (!await ChangesAsync(view, ending.Token))
                {
                    yield return new JobNews.Silence();
                }
            }
            else if (await ReadFinalAsync(watch, clientId, ending.Token) is { } job)
            {
                foreach (var news in told.Complete(job))
                {
                    yield return news;
                }

                yield break;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        yield return new JobNews.Interrupted();
    }

    /// <summary>False when nothing changed for a while. True also when there is no more time; the caller looks at its token.</summary>
    private async Task<bool> ChangesAsync(JobView view, CancellationToken cancellationToken)
    {
        try
        {
            await view.Changed.WaitAsync(options.Value.StreamKeepAlive, time, cancellationToken);
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

    /// <summary>The job if it is really final; null when it is not, or can not be read now. The caller asks again.</summary>
    private async Task<Job?> ReadFinalAsync(JobWatch watch, Guid clientId, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.FindAsync(clientId, watch.JobId, cancellationToken) is not { } job)
            {
                throw new InvalidOperationException(
                    $"Job {watch.JobId} vanished while it was followed. Retention has to keep final jobs for longer than Api:StreamDurationMax.");
            }

            watch.Observe(job);
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
