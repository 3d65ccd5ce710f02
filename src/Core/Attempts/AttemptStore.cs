using System.Text;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Core.Intake;

namespace Pipeline.Core.Attempts;

/// <summary>
/// Starts and ends attempts in Postgres, many in one transaction. While the server is away both wait: a delivery stays
/// unacknowledged, and a result stays in memory, until it is durable.
/// </summary>
internal sealed partial class AttemptStore : IAsyncDisposable
{
    private const int GroupMax = 512;
    private const int Committers = 2;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);

    private readonly NpgsqlDataSource _dataSource;
    private readonly WorkerIdentity _worker;
    private readonly TimeProvider _time;
    private readonly ILogger<AttemptStore> _logger;
    private readonly GroupCommit<Guid, ClaimedJob?> _claims;
    private readonly GroupCommit<AttemptResult, bool> _results;
    private volatile bool _away;

    public AttemptStore(NpgsqlDataSource dataSource, WorkerIdentity worker, TimeProvider time, ILogger<AttemptStore> logger)
    {
        _dataSource = dataSource;
        _worker = worker;
        _time = time;
        _logger = logger;
        _claims = new((ids, cancellationToken) => ClaimGroupAsync(ids, poisonCandidates: false, cancellationToken), Refused, GroupMax, Committers);
        _results = new(CompleteGroupAsync, Refused, GroupMax, Committers);
    }

    /// <summary>
    /// Whether the server refuses these very values (data exceptions, constraints, limits, text that is no UTF-8), so that
    /// trying again cannot help. Everything else passes, or is an operator's to mend while the work is held.
    /// </summary>
    public static bool Refused(Exception exception) =>
        exception is EncoderFallbackException or PostgresException { SqlState: ['2', '2' or '3', ..] or ['5', '4', ..] };

    /// <summary>Sets the job running, or null when it does not wait: it is final, expired, or runs elsewhere. A poison candidate is returned as it is.</summary>
    public Task<ClaimedJob?> ClaimAsync(Guid jobId, CancellationToken cancellationToken) => _claims.SubmitAsync(jobId, cancellationToken);

    /// <summary>Sets a poison candidate running.</summary>
    public async Task<ClaimedJob?> ClaimPoisonCandidateAsync(Guid jobId, CancellationToken cancellationToken) =>
        (await ClaimGroupAsync([jobId], poisonCandidates: true, cancellationToken))[0];

    /// <summary>Makes the result durable. False when the attempt was no longer this worker's to end.</summary>
    /// <exception cref="Exception">One that <see cref="Refused"/> recognises.</exception>
    public Task<bool> CompleteAsync(AttemptResult result, CancellationToken cancellationToken) => _results.SubmitAsync(result, cancellationToken);

    /// <summary>Every attempt that the database thinks this worker runs.</summary>
    public async Task<IReadOnlyList<(Guid JobId, int Attempt)>> OwnedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<(Guid, int)>(new CommandDefinition(
            AttemptSql.Owned, new { WorkerId = _worker.Id }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Queues attempts anew that the database thinks this worker runs, while it does not.</summary>
    public async Task GiveBackUnknownAsync(IReadOnlyList<(Guid JobId, int Attempt)> attempts, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            AttemptSql.GiveBackUnknown,
            new { Ids = attempts.Select(a => a.JobId).ToArray(), Attempts = attempts.Select(a => a.Attempt).ToArray() },
            cancellationToken: cancellationToken));
    }

    /// <summary>Gives jobs that wait a new dispatch.</summary>
    public Task DispatchAgainAsync(Guid[] jobIds, CancellationToken cancellationToken) =>
        QueryUntilDoneAsync<Guid>(AttemptSql.DispatchAgain, new { Ids = jobIds }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _claims.DisposeAsync();
        await _results.DisposeAsync();
    }

    private async Task<IReadOnlyList<ClaimedJob?>> ClaimGroupAsync(IReadOnlyList<Guid> ids, bool poisonCandidates, CancellationToken cancellationToken)
    {
        var claimed = await QueryUntilDoneAsync<ClaimedJob>(
            AttemptSql.Claim, new { Ids = ids.ToArray(), WorkerId = _worker.Id, PoisonCandidates = poisonCandidates }, cancellationToken);
        var byId = claimed.ToDictionary(job => job.Id);
        if (!poisonCandidates && ids.Where(id => !byId.ContainsKey(id)).ToArray() is { Length: > 0 } left)
        {
            foreach (var candidate in await QueryUntilDoneAsync<ClaimedJob>(
                AttemptSql.PoisonCandidates, new { Ids = left }, cancellationToken))
            {
                byId.Add(candidate.Id, candidate);
            }
        }

        // Two deliveries of one job in one group: the first gets it.
        return [.. ids.Select(id => byId.Remove(id, out var job) ? job : null)];
    }

    private async Task<IReadOnlyList<bool>> CompleteGroupAsync(IReadOnlyList<AttemptResult> results, CancellationToken cancellationToken)
    {
        var written = (await QueryUntilDoneAsync<Guid>(
            AttemptSql.Complete,
            new
            {
                Ids = results.Select(result => result.JobId).ToArray(),
                Attempts = results.Select(result => result.Attempt).ToArray(),
                States = results.Select(result => result.State).ToArray(),
                Results = results.Select(result => result.Result).ToArray(),
                ErrorCodes = results.Select(result => result.ErrorCode).ToArray(),
                Errors = results.Select(result => result.Error).ToArray(),
                Failures = results.Select(result => result.Failures).ToArray(),
                DelaySeconds = results.Select(result => result.DelaySeconds).ToArray(),
                CacheKeys = results.Select(result => result.CacheKey).ToArray(),
            },
            cancellationToken)).ToHashSet();
        return [.. results.Select(result => written.Contains(result.JobId))];
    }

    private async Task<IReadOnlyList<T>> QueryUntilDoneAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
                var rows = (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();
                _away = false;
                return rows;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && !Refused(e))
            {
                // Said once an outage.
                if (!_away)
                {
                    _away = true;
                    LogRetrying(e.Message);
                }

                await Task.Delay(RetryInterval, _time, cancellationToken);
            }
        }
    }

    [LoggerMessage(1121, LogLevel.Warning, "The database does not accept claims and results, trying again: {Reason}")]
    private partial void LogRetrying(string reason);
}
