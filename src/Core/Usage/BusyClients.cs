using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Usage;

/// <summary>Who submits the most now, and of whom the most waits: in bounded time however many jobs there are.</summary>
public sealed class BusyClients(ReadDatabase reads, TimeProvider time)
{
    /// <summary>How many of the newest jobs of the hour are looked at, and how many of those that wait.</summary>
    public const int LookMax = 20_000;

    /// <summary>How many clients are told.</summary>
    public const int ClientsMax = 10;

    // Those that wait are any of them: in order, all of a long backlog would have to be read.
    private const string Busiest = """
        with hour as (select client_id from jobs where id >= @Since order by id desc limit @LookMax),
             backlog as (select client_id from jobs where state = 'queued' limit @LookMax),
             looked as (select client_id, 1 as accepted, 0 as waiting from hour union all select client_id, 0, 1 from backlog),
             counted as (
               select client_id, sum(accepted)::int as accepted, sum(waiting)::int as waiting,
                      (sum(sum(accepted)) over ())::int as all_accepted, (sum(sum(waiting)) over ())::int as all_waiting
                 from looked group by client_id)
        select coalesce(clients.name, 'system') as Client, accepted as Accepted, waiting as Waiting, all_accepted as AllAccepted, all_waiting as AllWaiting
          from counted left join clients on clients.id = client_id
         order by greatest(accepted::float8 / greatest(all_accepted, 1), waiting::float8 / greatest(all_waiting, 1)) desc, 1 limit @ClientsMax
        """;

    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>The one with the largest share first, of what came in the last hour or of what waits.</summary>
    public Task<IReadOnlyList<BusyClient>> FindAsync(CancellationToken cancellationToken) =>
        reads.QueryAsync<BusyClient>(Busiest, new { Since = JobDays.Floor(time.GetUtcNow() - Window), LookMax, ClientsMax }, cancellationToken);
}

/// <param name="Accepted">Jobs of its in the last hour, among those that were looked at.</param>
/// <param name="Waiting">Jobs of its that wait, among those that were looked at.</param>
/// <param name="AllAccepted">Of all clients.</param>
/// <param name="AllWaiting">Of all clients.</param>
public sealed record BusyClient(string Client, int Accepted, int Waiting, int AllAccepted, int AllWaiting);
