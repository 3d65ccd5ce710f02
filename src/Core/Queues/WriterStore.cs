using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Queues;

/// <summary>Asks the workers' rows which kinds can be written for, for a process that does not sample the queues.</summary>
public sealed class WriterStore(NpgsqlDataSource dataSource)
{
    // A worker that takes a kind's jobs has a model that writes, whatever the others have.
    internal const string Missing = """
        select kind, case when bool_and(setting is not null) then min(setting) end
          from (select regexp_replace(unnest(queues), '-bulk$', '') as kind, null as setting from workers where lease_until > now()
                union all
                select missing.key, missing.value from workers, json_each_text(missing_writers) as missing where lease_until > now()) as living
         group by kind
        """;

    /// <summary>Whether living workers take jobs of a kind, or none has said that it cannot.</summary>
    public async Task<bool> CanWriteAsync(string kind, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<(string Kind, string? Setting)>(Missing, null, cancellationToken)).All(row => row.Kind != kind || row.Setting is null);
}
