using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Limits;

/// <summary>
/// Owns <c>budgets</c> and <c>budget_entries</c>: the tokens of clients that have a budget. Who accepts jobs locks the rows of their clients,
/// reads them, and reserves in the same transaction (<see cref="Intake.JobIntake"/>). A trigger of <c>jobs</c> writes an entry when one ends.
/// </summary>
public sealed class BudgetStore(NpgsqlDataSource dataSource)
{
    private const string Today = "(now() at time zone 'UTC')::date";

    private const string Month = "date_trunc('month', now() at time zone 'UTC')::date";

    // In one order, so that nobody waits for whom it keeps waiting. Rows that are there are rewritten as they are: that is the lock.
    private const string Lock = $"""
        insert into budgets (client_id, period, starts)
        select c.id, p.period, case p.period when 'day' then {Today} else {Month} end
          from unnest(@ClientIds::uuid[]) as c (id), (values ('day'), ('month')) as p (period) order by 1, 2, 3
        on conflict (client_id, period, starts) do update set used = budgets.used
        """;

    // Entries that are not added to the sums yet count. Nobody adds those of a client while its rows are locked, so this is exact after Lock.
    private const string Read = $"""
        with moved as (
            select client_id, sum(used + reserved) filter (where day = {Today}) as day, sum(used + reserved) as month
              from budget_entries where client_id = any(@ClientIds::uuid[]) and day >= {Month} group by client_id)
        select c.id as ClientId, {Today} as Today, (coalesce(d.used + d.reserved, 0) + coalesce(moved.day, 0))::bigint as Day,
               (coalesce(m.used + m.reserved, 0) + coalesce(moved.month, 0))::bigint as Month
          from unnest(@ClientIds::uuid[]) as c (id)
          left join budgets d on d.client_id = c.id and d.period = 'day' and d.starts = {Today}
          left join budgets m on m.client_id = c.id and m.period = 'month' and m.starts = {Month}
          left join moved on moved.client_id = c.id
        """;

    // Of jobs that were inserted by the same statement, as "accepted".
    internal const string Reserve = $"""
        reserved as (
            update budgets set reserved = budgets.reserved + r.tokens
              from (select client_id, sum(budget_tokens) as tokens from accepted where state = 'queued' and budget_tokens is not null group by client_id) as r
             where budgets.client_id = r.client_id and ((period = 'day' and starts = {Today}) or (period = 'month' and starts = {Month})))
        """;

    private const string ReserveTokens = $"""
        update budgets set reserved = reserved + @Tokens
         where client_id = @ClientId and ((period = 'day' and starts = {Today}) or (period = 'month' and starts = {Month}))
        """;

    private const string Settle = """
        with taken as (
            delete from budget_entries where id in (select id from budget_entries order by id limit @Limit for update skip locked) returning *)
        insert into budgets (client_id, period, starts, used, reserved)
        select client_id, 'day', day, sum(used), sum(reserved) from taken group by client_id, day
        union all
        select client_id, 'month', date_trunc('month', day)::date, sum(used), sum(reserved) from taken group by 1, 3
         order by 1, 2, 3
        on conflict (client_id, period, starts) do update set used = budgets.used + excluded.used, reserved = budgets.reserved + excluded.reserved
        """;

    private const int SettleMax = 10_000;

    /// <summary>What the clients have used and reserved today and this month; nobody else reserves for them until the transaction ends.</summary>
    internal static async Task<IReadOnlyList<BudgetUse>> LockAsync(NpgsqlConnection connection, Guid[] clientIds, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(Lock, new { ClientIds = clientIds }, cancellationToken);
        return await connection.QueryAsync<BudgetUse>(Read, new { ClientIds = clientIds }, cancellationToken);
    }

    /// <summary>The same, to look at.</summary>
    internal async Task<BudgetUse> ReadAsync(Guid clientId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, clientId, cancellationToken);
    }

    /// <summary>The same, in a transaction.</summary>
    internal static Task<BudgetUse> ReadAsync(NpgsqlConnection connection, Guid clientId, CancellationToken cancellationToken) =>
        connection.QuerySingleAsync<BudgetUse>(Read, new { ClientIds = new[] { clientId } }, cancellationToken);

    /// <summary>Reserves for jobs that are in this transaction.</summary>
    internal static Task ReserveAsync(NpgsqlConnection connection, Guid clientId, long tokens, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(ReserveTokens, new { ClientId = clientId, Tokens = tokens }, cancellationToken);

    /// <summary>Adds entries to the sums.</summary>
    internal Task SettleAsync(CancellationToken cancellationToken) => dataSource.ExecuteAsync(Settle, new { Limit = SettleMax }, cancellationToken);
}

/// <summary>Tokens that a client has used and reserved.</summary>
public sealed record BudgetUse
{
    public required Guid ClientId { get; init; }

    /// <summary>By UTC.</summary>
    public required DateOnly Today { get; init; }

    /// <summary>Today (UTC).</summary>
    public required long Day { get; init; }

    /// <summary>This month (UTC).</summary>
    public required long Month { get; init; }
}
