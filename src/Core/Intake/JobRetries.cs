using System.Data;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Jobs;
using Pipeline.Core.Limits;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Intake;

/// <summary>Accepts jobs anew that have ended, as far as the budgets of their client hold them.</summary>
public sealed class JobRetries(NpgsqlDataSource dataSource, JobStore jobs, Budgets budgets, AsyncAutoResetEvent signal)
{
    // What it was expected to take when it was accepted. Null where its client had no budget then: it takes nothing of one now.
    private const string Tokens = "select budget_tokens from jobs where client_id = @ClientId and id = @Id and finished_xid is not null";

    public async Task<JobChange> RetryAsync(Guid clientId, ClientLimits limits, Guid id, CancellationToken cancellationToken)
    {
        if (!limits.HasBudget)
        {
            return await jobs.RetryAsync(clientId, id, cancellationToken);
        }

        await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
            var locked = await budgets.LockAsync(connection, [clientId], cancellationToken);
            var tokens = await connection.ExecuteScalarAsync<int?>(Tokens, new { ClientId = clientId, Id = id }, cancellationToken);
            if (tokens is not null && locked.TrySpend(clientId, limits, tokens.Value) is { } reached)
            {
                return new JobChange.LimitReached(reached);
            }

            // The trigger of jobs writes what it takes, which counts for the next who locks.
            if (await jobs.RetryAsync(connection, clientId, id, cancellationToken) is { } retried)
            {
                await transaction.CommitAsync(cancellationToken);
                signal.Set();
                return new JobChange.Done(retried);
            }
        }

        return await jobs.FindAsync(clientId, id, cancellationToken) is { } unchanged ? new JobChange.Refused(unchanged) : new JobChange.NotFound();
    }
}
