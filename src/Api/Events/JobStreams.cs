using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Pipeline.Api.Problems;
using Pipeline.Api.Shares;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Api.Events;

/// <summary>
/// The streams that are open in this process; no more than <see cref="ApiOptions.StreamsMax"/>, and of one client no more than
/// <see cref="ApiOptions.StreamsPerClientMax"/>.
/// </summary>
internal sealed class JobStreams(JobSubscriptions subscriptions, IOptions<ApiOptions> options)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly ClientSlots _slots = new(options.Value.StreamsPerClientMax, options.Value.StreamsMax);

    /// <summary>Opens a stream, or says why there is none to be had.</summary>
    /// <param name="clientId">Whose stream it is.</param>
    /// <param name="jobId">Any job, also one that is about to be submitted.</param>
    /// <param name="isNew">It is about to be submitted, with <see cref="OpenStream.Address"/> as its subscriber.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="full">The answer instead of a stream.</param>
    public bool TryOpen(Guid clientId, Guid jobId, bool isNew, [NotNullWhen(true)] out OpenStream? stream, [NotNullWhen(false)] out Problem? full)
    {
        full = _slots.Enter(clientId) is { } bound ? Full(bound) : null;
        stream = full is null ? new(this, clientId, subscriptions.Address, subscriptions.Open(jobId, isNew)) : null;
        return full is null;
    }

    private Problem Full(ShareBound bound) => new(
        ProblemType.TooManyStreams,
        bound is ShareBound.Client
            ? $"You have {options.Value.StreamsPerClientMax} streams open at this server, the limit of Api:StreamsPerClientMax. Close some, or poll the job."
            : $"This server has {options.Value.StreamsMax} streams open, the limit of Api:StreamsMax. Connect again later, or poll the job.")
    {
        RetryAfter = RetryAfter,
    };

    private void Close(Guid clientId, JobSubscription subscription)
    {
        subscriptions.Close(subscription);
        _slots.Leave(clientId);
    }

    /// <summary>A place among the streams, and its subscription to the job, until disposed.</summary>
    internal sealed class OpenStream(JobStreams owner, Guid clientId, string? address, JobSubscription subscription) : IDisposable
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
                owner.Close(clientId, subscription);
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
