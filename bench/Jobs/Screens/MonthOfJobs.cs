using System.Data;
using Dapper;
using Npgsql;
using Pipeline.Core.Jobs;

namespace Pipeline.Bench.Jobs.Screens;

/// <summary>
/// A database with jobs of the four weeks until yesterday, as a running system would have left them: several kinds and models, half of the jobs
/// of one client, some that failed, a few batches, users and keys; yesterday's chats still wait.
/// </summary>
internal static class MonthOfJobs
{
    public const int Days = 28;
    public const int Clients = 50;

    /// <summary>Jobs of a batch, one a day and client.</summary>
    private const int BatchItems = 10_000;

    /// <summary>In the statements, for the partition that they are about.</summary>
    private const string Day = "the_day";

    /// <summary>The ids are times, so that a job of the middle of a day can be named without a look.</summary>
    private const string Fill = """
        insert into the_day (id, client_id, kind, queue, state, attempt, failures, created_at, queued_at, started_at, finished_at, finished_xid, input, result, model,
                         error_code, error, user_id, batch_id, batch_index)
        select id, client_id, kind, kind || case when h % 2 = 0 then '-bulk' else '' end, state, case state when 'queued' then 0 else 1 end, case state when 'failed' then 1 else 0 end,
               at, at, case when state <> 'queued' then at + interval '200 ms' end, case when state <> 'queued' then at + interval '2 s' end,
               case when state <> 'queued' then pg_current_xact_id() end,
               case kind when 'chat' then json_build_object('messages', json_build_array(json_build_object('role', 'user', 'content', repeat('What does an index cost? ', 6))))
                         when 'embedding' then json_build_object('texts', json_build_array(repeat('An index finds rows. ', 6)))
                         else json_build_object('text', repeat('It was a long day at work. ', 5)) end,
               case when state = 'succeeded' then
                 case kind when 'chat' then json_build_object('content', repeat('Each write has to keep it up to date. ', 8), 'finish_reason', 'stop', 'model', model,
                                                              'usage', json_build_object('prompt_tokens', 60, 'cached_tokens', 20, 'completion_tokens', 80))
                           when 'embedding' then json_build_object('embeddings', json_build_array(array_fill(0.0123456, array[96])), 'model', model)
                           else json_build_object('emotion', 'joy', 'confidence', 0.9, 'scores', json_build_object('joy', 0.9, 'sadness', 0.05, 'anger', 0.05)) end end,
               case when state = 'succeeded' then model end,
               case when state = 'failed' then code end, case when state = 'failed' then 'It took longer than 00:05:00 (Worker:JobTimeout).' end,
               case when client_id = @Large and h / 7 % 10 = 0 then 'user-' || h / 70 % 1000 end, batch_id, case when batch_id is not null then n end
          from (select n, h, at, batch_id, kind,
                       (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(digits, 1, 3) || '8' || substr(digits, 4, 15))::uuid as id,
                       case when batch_id is not null or h % 100 < 50 then @Large else @Clients[2 + h / 100 % (cardinality(@Clients) - 1)] end as client_id,
                       case when kind = 'chat' and @Waits then 'queued' when h % 1000 < 30 then 'failed' when h % 1000 < 40 then 'canceled' when h % 1000 < 43 then 'expired'
                            else 'succeeded' end as state,
                       case kind when 'chat' then case when h / 13 % 10 = 0 then 'qwen2.5-7b' else 'smollm2-135m' end when 'embedding' then 'minilm-l6' else 'emotion-mini' end as model,
                       case when h / 11 % 10 < 6 then 'timeout' when h / 11 % 10 < 9 then 'rejected' else 'exception' end as code
                  from (select n, abs(hashint8extended(n, @Seed) % 1000000007) as h, md5(n::text || @Seed) as digits, @From + n * (interval '1 day' / @Rows) as at,
                               case when n < @BatchItems then @Batch end as batch_id
                          from generate_series(0, @Rows - 1) n) numbered
                 cross join lateral (select case when h / 3 % 100 < 70 then 'emotion' when h / 3 % 100 < 85 then 'chat' when h / 3 % 100 < 95 then 'embedding' else 'feedback' end as kind) kinds) made
        """;

    private const string AddBatch = "insert into batches (id, client_id, items, created_at) values (@Batch, @Large, least(@Rows, @BatchItems), @From)";

    private const string AddClients = "insert into clients (id, name) select id, 'client-' || n from unnest(@Clients) with ordinality as c (id, n) where n > 1";

    private const string AddRest = """
        insert into job_attempts (job_id, attempt, worker, started_at, ended_at, state, error_code, error)
        select id, 1, 'gpu-1', started_at, finished_at, 'failed', error_code, error from jobs where error_code is not null;
        insert into idempotency_keys (client_id, key, request_hash, job_ids, created_at)
        select client_id, 'order-' || row_number() over (), '\x00', array[id], created_at from the_day where id::text like '%0';
        update the_day set resubmitted_from = (select id from jobs where client_id = @Large and kind = 'chat' and state = 'failed' order by id limit 1)
         where id in (select id from the_day where client_id = @Large and kind = 'chat' order by id desc limit 3);
        insert into usage (day, client_id, kind, model, jobs, prompt_tokens, cached_tokens, completion_tokens, worker_seconds)
        select day::date, client, kind, kind || '-model', 1000, 60000, 20000, 80000, 700
          from generate_series(@First, @First + @Days * interval '1 day', interval '1 day') day cross join unnest(@Clients) client cross join unnest(array['emotion', 'chat', 'embedding', 'feedback']) kind;
        insert into audit (id, client_id, action, target, status) select uuid_by_time(), @Large, 'POST', '/api/jobs/retry', 202 from generate_series(1, 20000);
        insert into webhook_deliveries (client_id, job_id, url, type, payload, state, attempts)
        select client_id, id, 'https://example.com/hook', 'job.succeeded', '{"type":"job.succeeded"}', 'delivered', 1 from (select id, client_id from jobs where client_id = @Large order by id limit 50000) j
        """;

    /// <param name="owner">The client that has half of the jobs, and is there.</param>
    /// <param name="jobs">How many.</param>
    public static async Task WriteAsync(string postgres, Guid owner, int jobs, TimeProvider time, TextWriter progress, CancellationToken cancellationToken)
    {
        await using NpgsqlDataSource database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres) { CommandTimeout = 0 });
        DateTimeOffset today = new(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        Guid[] clients = [owner, .. Enumerable.Range(1, Clients - 1).Select(_ => Guid.CreateVersion7())];
        int rows = jobs / Days;
        await ExecuteAsync(database, AddClients, new { Clients = clients }, cancellationToken);
        int done = 0;
        await Parallel.ForEachAsync(Enumerable.Range(1, Days).Reverse(), new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellationToken }, async (ago, stop) =>
        {
            DateTimeOffset from = today.AddDays(-ago);
            var parameters = new { From = from.UtcDateTime, Rows = rows, Clients = clients, Large = owner, Seed = (long)ago, Waits = ago is 1, Batch = JobDays.Floor(from), BatchItems };
            string day = History.Partition(from);
            await ExecuteAsync(database, $"drop table if exists {day}", null, stop); // Yesterday is there.
            await ExecuteAsync(database, $"create table {day} (like jobs including defaults including constraints)", null, stop);
            await ExecuteAsync(database, Fill.Replace(Day, day, StringComparison.Ordinal), parameters, stop);
            await ExecuteAsync(database, AddBatch, parameters, stop);
            await progress.WriteLineAsync($"filling: {Interlocked.Add(ref done, rows):N0} of {jobs:N0} jobs");
        });

        // Indexes are made of whole days here, which is quicker than row by row.
        for (int ago = Days; ago >= 1; ago--)
        {
            DateTimeOffset from = today.AddDays(-ago);
            await ExecuteAsync(database, $"alter table jobs attach partition {History.Partition(from)} for values from ('{JobDays.Floor(from)}') to ('{JobDays.Floor(from.AddDays(1))}')", null, cancellationToken);
            await progress.WriteLineAsync($"indexing: day {Days - ago + 1} of {Days}");
        }

        await ExecuteAsync(
            database, AddRest.Replace(Day, History.Partition(today.AddDays(-1)), StringComparison.Ordinal),
            new { Large = owner, Clients = clients, First = today.AddDays(-Days).UtcDateTime, Days }, cancellationToken);
        await progress.WriteLineAsync("vacuum analyze");
        await ExecuteAsync(database, "vacuum analyze", null, cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(sql, parameters, commandType: CommandType.Text, cancellationToken: cancellationToken));
    }
}
