using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Clients;
using Pipeline.Core.Limits;
using Pipeline.Core.Postgres;
using Pipeline.Core.Steering;
using Pipeline.Core.Telemetry;

namespace Pipeline.Core.Relay;

/// <summary>Owns <c>dispatches</c>: the backlog, and what of it is on its way.</summary>
public sealed class DispatchStore(NpgsqlDataSource dataSource, IOptions<LimitOptions> limits)
{
    private const string Sent = "select queue, sum(jobs)::int from dispatches where dispatched_at is not null group by queue";

    private const string Slots = """
        select s.queue, sum(s.slots)::int from workers, unnest(queues, slots) as s (queue, slots)
         where lease_until > now() and ready and not draining group by s.queue
        """;

    // From one client to the next of the index, however many rows each has.
    private const string Waiting = """
        with recursive waiting (queue, client_id) as (
            (select queue, client_id from dispatches where dispatched_at is null and due_at is null order by queue, client_id limit 1)
            union all
            select next.queue, next.client_id from waiting, lateral (
                select queue, client_id from dispatches
                 where dispatched_at is null and due_at is null and (queue, client_id) > (waiting.queue, waiting.client_id)
                 order by queue, client_id limit 1) as next)
        select w.queue, w.client_id as ClientId, coalesce(c.weight, 1)::float8 as Weight,
               case when w.client_id <> @SystemId then coalesce(c.jobs_in_flight, @JobsInFlight::int) end as JobsMax
          from waiting w left join clients c on c.id = w.client_id
        """;

    private const string InFlight = """
        select client_id, sum(jobs)::int from dispatches where dispatched_at is not null and client_id = any(@ClientIds::uuid[]) group by client_id
        """;

    private const string Heads = """
        select d.id, d.jobs, d.client_id as ClientId, d.cost::float8
          from unnest(@ClientIds::uuid[]) as c (id), lateral (
               select * from dispatches
                where queue = @Queue and client_id = c.id and dispatched_at is null and due_at is null
                order by ahead desc, deadline, id + 0 limit @Limit) as d
        """;

    // A crash of the server that takes this back has the messages sent twice, and each job still runs once. So nobody waits for the disk.
    private const string MarkSent = """
        update dispatches set dispatched_at = now()
          from (select set_config('synchronous_commit', 'off', true)) as unhurried
         where id = any(@Ids) and dispatched_at is null returning id, queue, job_id as JobId, others
        """;

    // The same while somebody listens to traces.
    private const string MarkSentTraced = $"{MarkSent}, (select trace from jobs where jobs.id = job_id)";

    private const string PausedClients = "select client_id from pauses where client_id is not null";

    // They stood at the head, and go back there.
    private const string GiveBack = "update dispatches set dispatched_at = null, ahead = true where id = any(@Ids) and dispatched_at is not null";

    private const string GiveBackAll = "update dispatches set dispatched_at = null, ahead = true where dispatched_at is not null";

    private const string Due = "update dispatches set due_at = null, ahead = true where due_at <= now()";

    private const string Unheld = """
        select id, queue, job_id as JobId, others from dispatches d
         where dispatched_at < now() - @LostAfter::interval
           and not exists (select from workers where lease_until > now() and d.id = any(held))
         order by dispatched_at, id limit @Limit
        """;

    // What is left of a message whose jobs are all done: its worker died just before it could say so.
    private const string Delete = """
        delete from dispatches d using (select set_config('synchronous_commit', 'off', true)) as unhurried
         where d.id = any(@Ids)
           and not exists (select from jobs where jobs.id = any(d.job_id || coalesce(d.others, '{}')) and jobs.state = 'queued')
        """;

    // Of jobs that were canceled while they waited. What is on its way ends with its worker; so does what a crash of the server takes back,
    // and rows are not locked until the disk has it.
    private const string DeleteEnded = """
        with page as materialized (select id, job_id, others from dispatches where id > @After order by id limit @Limit),
        ended as (
            delete from dispatches d using page p, (select set_config('synchronous_commit', 'off', true)) as unhurried
             where d.id = p.id and d.dispatched_at is null
               and not exists (select from jobs where jobs.id = any(p.job_id || coalesce(p.others, '{}')) and jobs.state in ('queued', 'running')))
        select max(id) from page
        """;

    /// <summary>How much of each queue is on its way, who waits for it, and how much its living workers can take.</summary>
    internal async Task<Backlog> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var rows = await connection.QueryMultipleAsync(new CommandDefinition(
            $"{IndexPlans.ByIndex}; {Sent}; {Slots}; {Waiting}; {PauseStore.Queues}; {PausedClients}",
            new { Client.SystemId, limits.Value.JobsInFlight },
            cancellationToken: cancellationToken));
        await rows.ReadAsync();
        var sent = (await rows.ReadAsync<(string Queue, int Jobs)>()).ToDictionary(row => row.Queue, row => row.Jobs);
        var slots = (await rows.ReadAsync<(string Queue, int Slots)>()).ToDictionary(row => row.Queue, row => row.Slots);
        var waiting = (await rows.ReadAsync<WaitingClient>()).ToLookup(row => row.Queue);
        var paused = (await rows.ReadAsync<string>()).ToHashSet();
        var pausedClients = (await rows.ReadAsync<Guid>()).ToHashSet();
        var rooms = await RoomsAsync(
            connection,
            waiting.SelectMany(queue => queue).Where(row => row.JobsMax is not null).DistinctBy(row => row.ClientId).ToDictionary(row => row.ClientId, row => row.JobsMax!.Value),
            cancellationToken);
        return new()
        {
            PausedClients = pausedClients,
            Queues = sent.Keys.Union(slots.Keys).Union(paused).Union(waiting.Select(queue => queue.Key)).ToDictionary(queue => queue, queue => new QueueBacklog
            {
                Sent = sent.GetValueOrDefault(queue),
                Slots = slots.GetValueOrDefault(queue),
                IsPaused = paused.Contains(queue),
                ClientsWaiting = waiting[queue].Count(),
                HeldBack = waiting[queue].Count(client => !pausedClients.Contains(client.ClientId) && rooms.IsFull(client.ClientId)),
                Waiting = waiting[queue].Where(client => !pausedClients.Contains(client.ClientId) && !rooms.IsFull(client.ClientId)).ToDictionary(row => row.ClientId, row => row.Weight),
                Rooms = rooms,
            }),
        };
    }

    private static async Task<ClientRooms> RoomsAsync(NpgsqlConnection connection, Dictionary<Guid, int> jobsMax, CancellationToken cancellationToken)
    {
        if (jobsMax.Count is 0)
        {
            return ClientRooms.Unlimited;
        }

        var rows = await connection.QueryByIndexAsync<(Guid ClientId, int Jobs)>(InFlight, new { ClientIds = jobsMax.Keys.ToArray() }, cancellationToken);
        var inFlight = rows.ToDictionary(row => row.ClientId, row => row.Jobs);
        return new(jobsMax.ToDictionary(client => client.Key, client => (client.Value, inFlight.GetValueOrDefault(client.Key))));
    }

    /// <summary>The first of each client that waits for the queue.</summary>
    internal async Task<IReadOnlyList<WaitingDispatch>> HeadsAsync(
        string queue, IReadOnlyDictionary<Guid, double> weights, int perClient, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var heads = await connection.QueryByIndexAsync<Head>(Heads, new { Queue = queue, ClientIds = weights.Keys.ToArray(), Limit = perClient }, cancellationToken);
        return [.. heads.GroupBy(head => head.ClientId).SelectMany(client => client.Select((head, i) => new WaitingDispatch
        {
            Id = head.Id,
            Jobs = head.Jobs,
            ClientId = head.ClientId,
            Cost = head.Cost,
            Weight = weights[head.ClientId],
            HasMore = i == perClient - 1,
        }))];
    }

    /// <summary>Marks them as on their way; returns those that still waited.</summary>
    internal Task<IReadOnlyList<Dispatch>> MarkSentAsync(long[] ids, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<Dispatch>(JobTracing.IsOn ? MarkSentTraced : MarkSent, new { Ids = ids }, cancellationToken);

    /// <summary>They wait again, before others of their clients.</summary>
    internal Task GiveBackAsync(long[] ids, CancellationToken cancellationToken) => dataSource.ExecuteAsync(GiveBack, new { Ids = ids }, cancellationToken);

    /// <summary>Whatever was on its way waits again: the broker cannot have any. Returns how many messages.</summary>
    internal async Task<int> GiveBackAllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(GiveBackAll, commandTimeout: 0, cancellationToken: cancellationToken));
    }

    /// <summary>Retries whose time has come wait from now on like everybody.</summary>
    internal Task<int> ReleaseDueAsync(CancellationToken cancellationToken) => dataSource.ExecuteAsync($"{IndexPlans.ByIndex}; {Due}", null, cancellationToken);

    /// <summary>Messages on their way that no living worker says it holds, oldest first.</summary>
    internal async Task<IReadOnlyList<Dispatch>> UnheldAsync(TimeSpan lostAfter, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QueryByIndexAsync<Dispatch>(Unheld, new { LostAfter = lostAfter, Limit = limit }, cancellationToken);
    }

    /// <summary>Forgets those of the messages with nothing left to do.</summary>
    internal Task<int> DeleteDoneAsync(long[] ids, CancellationToken cancellationToken) => dataSource.ExecuteAsync(Delete, new { Ids = ids }, cancellationToken);

    /// <summary>Forgets waiting messages whose jobs have all ended, a page at a time.</summary>
    /// <param name="after">Null: from the first one on.</param>
    /// <returns>Where the next page begins; null after the last one.</returns>
    internal Task<long?> DeleteEndedAsync(long? after, int limit, CancellationToken cancellationToken) =>
        dataSource.QuerySingleAsync<long?>(DeleteEnded, new { After = after ?? 0, Limit = limit }, cancellationToken);

    private sealed record WaitingClient
    {
        public required string Queue { get; init; }

        public Guid ClientId { get; init; }

        public double Weight { get; init; }

        /// <summary>Of jobs in flight; null: as many as there is room for.</summary>
        public int? JobsMax { get; init; }
    }

    private sealed record Head
    {
        public long Id { get; init; }

        public int Jobs { get; init; }

        public Guid ClientId { get; init; }

        public double Cost { get; init; }
    }
}
