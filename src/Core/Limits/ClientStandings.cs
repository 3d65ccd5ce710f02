using System.Collections.Concurrent;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Limits;

/// <summary>
/// How far clients with limits have used them up, as this process knows it: for the bound on their waiting jobs, and to tell them. Read at most
/// once a second a client, while it sends requests; others are not looked at. How many wait is the last sample plus what this process let in
/// since, so several processes can pass the bound by what the others accept in a second.
/// </summary>
public sealed class ClientStandings(NpgsqlDataSource dataSource, BudgetStore budgets, JobCatalog catalog, TimeProvider time)
{
    // As far as the bound and one more: a client far above it is not counted to the end.
    internal const string Waiting = """
        select coalesce(sum(jobs), 0)::int from (
            select jobs from dispatches
             where queue = any(@Queues) and client_id = @ClientId and dispatched_at is null and due_at is null limit @Limit) as waiting
        """;

    private static readonly TimeSpan AgeMax = TimeSpan.FromSeconds(1);

    // Of a sample by which a request is refused.
    private static readonly TimeSpan AgeMaxOfRefusal = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    // A long backlog takes a while to count.
    private const int RestPerLook = 20;

    private const int AccountsMax = 10_000;

    private readonly ConcurrentDictionary<Guid, Account> _accounts = new();

    /// <summary>What a client with limits has used.</summary>
    public async Task<ClientStanding> ReadAsync(Guid clientId, ClientLimits limits, CancellationToken cancellationToken)
    {
        var account = Find(clientId);
        await LookAsync(account, clientId, limits, AgeMax, cancellationToken);
        return account.Standing;
    }

    /// <summary>What is known without asking, once something was asked.</summary>
    public ClientStanding Known(Guid clientId) => Find(clientId).Standing;

    /// <summary>Counts jobs in that will wait, or says that too many do.</summary>
    internal async Task<LimitReached?> TryEnterAsync(Guid clientId, ClientLimits limits, int jobs, CancellationToken cancellationToken)
    {
        if (limits.WaitingJobs is not { } max)
        {
            return null;
        }

        var account = Find(clientId);
        await LookAsync(account, clientId, limits, AgeMax, cancellationToken);
        if (account.TryEnter(jobs, max))
        {
            return null;
        }

        // Jobs that were sent at once, or have begun since, do not wait any more.
        await LookAsync(account, clientId, limits, AgeMaxOfRefusal, cancellationToken);
        return account.TryEnter(jobs, max) ? null : new(LimitName.WaitingJobs, account.Standing.Waiting, max, jobs, RetryAfter);
    }

    /// <summary>The jobs are committed: the next sample knows them.</summary>
    internal void Settle(Guid clientId, ClientLimits limits, int jobs)
    {
        if (limits.WaitingJobs is not null)
        {
            Find(clientId).Settle(jobs, stays: true);
        }
    }

    /// <summary>The jobs will never be committed.</summary>
    internal void Withdraw(Guid clientId, ClientLimits limits, int jobs)
    {
        if (limits.WaitingJobs is not null)
        {
            Find(clientId).Settle(jobs, stays: false);
        }
    }

    /// <summary>Somebody has just read the budgets.</summary>
    internal void Learn(BudgetUse use) => Find(use.ClientId).Learn(use);

    private Account Find(Guid clientId)
    {
        if (_accounts.Count >= AccountsMax)
        {
            // Whoever is in the middle of something keeps its own; a new sample tells the rest.
            _accounts.Clear();
        }

        return _accounts.GetOrAdd(clientId, _ => new());
    }

    private async Task LookAsync(Account account, Guid clientId, ClientLimits limits, TimeSpan ageMax, CancellationToken cancellationToken)
    {
        if (limits is { WaitingJobs: null, HasBudget: false } || IsYoung(account, ageMax))
        {
            return;
        }

        await account.Looking.WaitAsync(cancellationToken);
        try
        {
            if (IsYoung(account, ageMax))
            {
                return;
            }

            var asked = time.GetTimestamp();
            var before = account.Committed;
            int? waiting = limits.WaitingJobs is { } max
                ? await dataSource.QuerySingleAsync<int>(Waiting, new { Queues = catalog.Queues.ToArray(), ClientId = clientId, Limit = max + 1 }, cancellationToken)
                : null;
            if (limits.HasBudget)
            {
                account.Learn(await budgets.ReadAsync(clientId, cancellationToken));
            }

            account.EndLook(asked, waiting, before, RestPerLook * time.GetElapsedTime(asked));
        }
        finally
        {
            account.Looking.Release();
        }
    }

    private bool IsYoung(Account account, TimeSpan ageMax)
    {
        var (lookedAt, rest) = account.Looked;
        return lookedAt is { } at && time.GetElapsedTime(at) < (ageMax > rest ? ageMax : rest);
    }

    private sealed class Account
    {
        private readonly Lock _lock = new();
        private ClientStanding _standing = new();
        private int _uncommitted;
        private long? _lookedAt;
        private TimeSpan _rest;

        // One look at a time. Without a wait handle there is nothing to dispose of.
        public SemaphoreSlim Looking { get; } = new(1);

        public ClientStanding Standing
        {
            get
            {
                lock (_lock)
                {
                    return _standing;
                }
            }
        }

        public (long? At, TimeSpan RestAfter) Looked
        {
            get
            {
                lock (_lock)
                {
                    return (_lookedAt, _rest);
                }
            }
        }

        /// <summary>What a sample that begins now may count; it may or may not see what is being committed, so that is counted on top.</summary>
        public int Committed
        {
            get
            {
                lock (_lock)
                {
                    return _standing.Waiting - _uncommitted;
                }
            }
        }

        public bool TryEnter(int jobs, int max)
        {
            lock (_lock)
            {
                if (_standing.Waiting + jobs > max)
                {
                    return false;
                }

                _standing = _standing with { Waiting = _standing.Waiting + jobs };
                _uncommitted += jobs;
                return true;
            }
        }

        public void Settle(int jobs, bool stays)
        {
            lock (_lock)
            {
                _uncommitted = Math.Max(0, _uncommitted - jobs);
                _standing = stays ? _standing : _standing with { Waiting = Math.Max(0, _standing.Waiting - jobs) };
            }
        }

        public void Learn(BudgetUse use)
        {
            lock (_lock)
            {
                _standing = _standing with { Day = use.Day, Month = use.Month };
            }
        }

        public void EndLook(long at, int? waiting, int before, TimeSpan rest)
        {
            lock (_lock)
            {
                (_lookedAt, _rest) = (at, rest);
                _standing = waiting is { } sampled ? _standing with { Waiting = Math.Max(0, sampled + _standing.Waiting - before) } : _standing;
            }
        }
    }
}

/// <summary>What a client has used.</summary>
public sealed record ClientStanding
{
    /// <summary>Jobs that wait.</summary>
    public int Waiting { get; init; }

    /// <summary>Tokens today (UTC), reserved ones included.</summary>
    public long Day { get; init; }

    /// <summary>The same this month.</summary>
    public long Month { get; init; }
}
