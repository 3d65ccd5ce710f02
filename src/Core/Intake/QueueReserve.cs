using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Limits;
using Pipeline.Core.Postgres;
using Pipeline.Core.Queues;

namespace Pipeline.Core.Intake;

/// <summary>
/// Which clients a full queue still takes: those of whose own jobs few wait. So a client that fills a queue shuts out nobody else. Looked at
/// only while a queue is full; how many wait is a sample of the last second and what this process let in since.
/// </summary>
public sealed class QueueReserve(
    NpgsqlDataSource dataSource, QueueAdmission admission, JobCatalog catalog, IOptionsMonitor<QueueOptions> options, TimeProvider time)
{
    private const int ClientsMax = 10_000;

    private static readonly TimeSpan AgeMax = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, (int Jobs, long At)> _waiting = [];

    /// <summary>Counts the jobs in, or says which queue has no room for them, or no model that can write.</summary>
    internal async Task<SubmissionReply?> TryEnterAsync(Guid clientId, IReadOnlyDictionary<string, int> jobs, CancellationToken cancellationToken)
    {
        var reply = admission.TryEnter(jobs);
        if (reply is not SubmissionReply.QueueFull full || !await HasFewAsync(clientId, jobs.Values.Sum(), options.Get(full.Queue).Reserve, cancellationToken))
        {
            return reply;
        }

        admission.Enter(jobs);
        return null;
    }

    /// <summary>The queue that has no room for so many jobs of any client now, if there is one; nothing is counted.</summary>
    internal SubmissionReply.QueueFull? FindFull(IReadOnlyDictionary<string, int> jobs) =>
        admission.FindFull(jobs) is { } full && jobs.Values.Sum() > options.Get(full.Queue).Reserve ? full : null;

    /// <summary>Whether no more than <paramref name="max"/> jobs of the client wait with these.</summary>
    private async Task<bool> HasFewAsync(Guid clientId, int jobs, int max, CancellationToken cancellationToken)
    {
        if (jobs > max)
        {
            return false;
        }

        int? sampled = IsKnown(clientId) ? null : await dataSource.QuerySingleAsync<int>(
            ClientStandings.Waiting, new { Queues = catalog.Queues.ToArray(), ClientId = clientId, Limit = max + 1 }, cancellationToken);
        lock (_lock)
        {
            if (_waiting.Count >= ClientsMax)
            {
                _waiting.Clear(); // New samples tell the rest.
            }

            var (waiting, at) = sampled is { } count ? (count, time.GetTimestamp()) : _waiting.GetValueOrDefault(clientId);
            var fits = waiting + jobs <= max;
            _waiting[clientId] = (fits ? waiting + jobs : waiting, at);
            return fits;
        }
    }

    private bool IsKnown(Guid clientId)
    {
        lock (_lock)
        {
            return _waiting.TryGetValue(clientId, out var known) && time.GetElapsedTime(known.At) < AgeMax;
        }
    }
}
