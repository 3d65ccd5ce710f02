using Microsoft.Extensions.Options;
using Pipeline.Api.Problems;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Api.Events;

/// <summary>The streams that are open in this process; no more than <see cref="ApiOptions.StreamsMax"/>.</summary>
internal sealed class JobStreams(JobSubscriptions subscriptions, IOptions<ApiOptions> options)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private int _open;

    /// <summary>Null when the limit of streams is reached: answer <see cref="Full"/>.</summary>
    /// <param name="jobId">Any job, also one that is about to be submitted.</param>
    /// <param name="isNew">It is about to be submitted, with <see cref="OpenStream.Address"/> as its subscriber.</param>
    public OpenStream? TryOpen(Guid jobId, bool isNew)
    {
        if (Interlocked.Increment(ref _open) > options.Value.StreamsMax)
        {
            Interlocked.Decrement(ref _open);
            return null;
        }

        return new(this, subscriptions.Address, subscriptions.Open(jobId, isNew));
    }

    public Problem Full() => new(
        ProblemType.TooManyStreams,
        $"This server has {options.Value.StreamsMax} streams open, the limit of Api:StreamsMax. Connect again later, or poll the job.")
    {
        RetryAfter = RetryAfter,
    };

    private void Close(JobSubscription subscription)
    {
        subscriptions.Close(subscription);
        Interlocked.Decrement(ref _open);
    }

    /// <summary>A place among the streams, and its subscription to the job, until disposed.</summary>
    internal sealed class OpenStream(JobStreams owner, string? address, JobSubscription subscription) : IDisposable
    {
        private bool _isClosed;

        public JobSubscription Subscription => subscription;

        /// <summary>Where workers send the job's events; null while the broker is away.</summary>
        public string? Address => address;

        public void Dispose()
        {
            if (!_isClosed)
            {
                _isClosed = true;
                owner.Close(subscription);
            }
        }
    }
}

/// <summary>How updates of a job are put into server-sent events. One instance a stream: it may remember what it wrote.</summary>
internal interface IStreamFormat
{
    void Write(SseWriter sse, JobUpdate update);

    /// <summary>The answer instead of a stream, while nothing has been written; null: there is a stream.</summary>
    Problem? Refuse(JobUpdate update) => null;
}
