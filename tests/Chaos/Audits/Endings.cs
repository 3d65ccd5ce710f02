using Dapper;
using Npgsql;

namespace Pipeline.Chaos.Audits;

/// <summary>
/// A table beside the pipeline's own, written by triggers in the transactions that they watch: each time a job becomes final,
/// and each time a final job is touched again. A result that is written twice shows here, however alike the two are.
/// </summary>
internal static class Endings
{
    private const string Watch = """
        create table if not exists chaos_endings (job_id uuid not null, attempt integer not null, was text not null, state text not null);

        create or replace function chaos_note() returns trigger language plpgsql as $$
        begin
          insert into chaos_endings values (new.id, new.attempt, old.state, new.state);
          return null;
        end $$;

        create or replace trigger chaos_watch after update on jobs for each row
          when (old.state not in ('queued', 'running') or new.state not in ('queued', 'running'))
          execute function chaos_note();
        """;

    private const string Counts = "select job_id, count(*)::int from chaos_endings group by job_id";

    public static Task<int> WatchAsync(NpgsqlConnection database, CancellationToken cancellationToken) =>
        database.ExecuteAsync(new CommandDefinition(Watch, cancellationToken: cancellationToken));

    public static async Task<Dictionary<Guid, int>> CountAsync(NpgsqlConnection database, CancellationToken cancellationToken) =>
        (await database.QueryAsync<(Guid Id, int Count)>(new CommandDefinition(Counts, cancellationToken: cancellationToken)))
            .ToDictionary(row => row.Id, row => row.Count);
}
