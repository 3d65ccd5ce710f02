using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Limits;

/// <summary>
/// Tells the other API processes what this one let in of clients with a limit, and learns what they did: one statement a second for all clients,
/// and none while nobody comes. Owns <c>request_rates</c>.
/// </summary>
internal sealed class RequestRateShare(NpgsqlDataSource dataSource, RequestRates rates, TimeProvider time, ILogger<RequestRateShare> log)
    : LoopService(time, log)
{
    // In one order, so that processes wait for each other instead of deadlocking.
    private const string Add = """
        insert into request_rates as r (client_id, minute, requests)
        select * from unnest(@ClientIds::uuid[], @Minutes::timestamptz[], @Requests::int[]) order by 1
        on conflict (client_id) do update
           set requests = case when excluded.minute > r.minute then excluded.requests else r.requests + excluded.requests end,
               minute = greatest(r.minute, excluded.minute)
        returning client_id as ClientId, minute, requests
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    internal async Task ShareAsync(CancellationToken cancellationToken)
    {
        var untold = rates.Untold();
        if (untold is [])
        {
            return;
        }

        var parameters = new
        {
            ClientIds = untold.Select(count => count.ClientId).ToArray(),
            Minutes = untold.Select(count => count.Minute).ToArray(),
            Requests = untold.Select(count => count.Requests).ToArray(),
        };
        var totals = (await dataSource.QueryAsync<RequestCount>(Add, parameters, cancellationToken)).ToDictionary(count => count.ClientId);
        foreach (var told in untold)
        {
            rates.Learn(told, totals[told.ClientId]);
        }
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Interval, Time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await ShareAsync(stoppingToken);
            RoundDone();
        }
    }
}
