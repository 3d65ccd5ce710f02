using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Conversations;
using Pipeline.Core.Documents;
using Pipeline.Core.Encryption;
using Pipeline.Core.Erasure;
using Pipeline.Core.Upkeep;
using Pipeline.Scheduler.Retention;
using Pipeline.TestSupport.Services;

namespace Pipeline.Scheduler.Tests.Retention;

public sealed class RetentionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private readonly Guid _client = Guid.CreateVersion7();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_that_ended_long_enough_ago_go_and_all_others_stay()
    {
        foreach (var state in JobState.All.Where(JobState.IsFinal))
        {
            await AddJobsAsync(state, TimeSpan.FromDays(32), 1);
            await AddJobsAsync(state, TimeSpan.FromDays(29), 1);
        }

        await AddJobsAsync(JobState.Queued, null, 1);
        await AddJobsAsync(JobState.Running, null, 1);

        await Task().RunAsync(Token);

        (await JobsAsync("finished_at < now() - interval '30 days'")).ShouldBe(0);
        (await JobsAsync("finished_at > now() - interval '30 days'")).ShouldBe(4);
        (await JobsAsync("finished_at is null")).ShouldBe(2);
    }

    [Fact]
    public async Task More_jobs_than_a_group_holds_all_go()
    {
        await AddJobsAsync(JobState.Succeeded, TimeSpan.FromDays(32), 95);

        await Task(groupMax: 10).RunAsync(Token);

        (await JobsAsync("true")).ShouldBe(0);
    }

    [Fact]
    public async Task Old_idempotency_keys_go_and_young_ones_stay()
    {
        await AddKeysAsync("old", TimeSpan.FromDays(3), 25);
        await AddKeysAsync("young", TimeSpan.FromDays(1), 5);

        await Task(groupMax: 10).RunAsync(Token);

        (await KeysAsync("old")).ShouldBe(0);
        (await KeysAsync("young")).ShouldBe(5);
    }

    [Fact]
    public async Task Budgets_go_more_than_a_year_after_their_month()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        await connection.ExecuteAsync("insert into budgets (client_id, period, starts) select @Client, 'month', now()::date - age from unnest(array[0, 390, 410, 800]) as age", new { Client = _client });

        await Task(groupMax: 1).RunAsync(Token);

        (await connection.ExecuteScalarAsync<int>("select count(*)::int from budgets where client_id = @Client", new { Client = _client })).ShouldBe(2);
    }

    [Fact]
    public async Task Files_go_when_they_have_expired_and_pieces_of_uploads_that_broke_off_a_day_later()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        var (old, young) = (Guid.CreateVersion7(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(3)), Guid.CreateVersion7());
        var (expired, kept) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await connection.ExecuteAsync(
            """
            insert into files (id, client_id, purpose, filename, bytes, expires_at)
            values (@expired, @Client, 'batch', 'a', 1, now() - interval '1 second'), (@kept, @Client, 'batch', 'b', 1, now() + interval '1 hour');
            insert into file_chunks select id, number, 'x' from unnest(array[@expired, @kept, @old, @young]) id, generate_series(0, 24) number;
            insert into file_batches (id, client_id, endpoint, input_file_id, completion_window, expires_at, state, created_at)
            select id, @Client, '/api/emotion', id, '1h', now(), state, now() - interval '32 days' from unnest(array[@expired, @kept], array['completed', 'in_progress']) as b (id, state)
            """,
            new { expired, kept, old, young, Client = _client });

        await Task(groupMax: 10).RunAsync(Token);

        (await connection.QueryAsync<Guid>("select distinct file_id from file_chunks where file_id = any(@ids)", new { ids = new[] { expired, kept, old, young } }))
            .ShouldBe([kept, young], ignoreOrder: true);
        (await connection.QueryAsync<Guid>("select id from files where client_id = @Client", new { Client = _client })).ShouldBe([kept]);
        (await connection.QueryAsync<Guid>("select id from file_batches where client_id = @Client", new { Client = _client })).ShouldBe([kept]);
    }

    [Fact]
    public async Task A_batch_goes_after_the_last_of_its_jobs()
    {
        await AddJobsAsync(JobState.Succeeded, TimeSpan.FromDays(32), 1);
        await AddJobsAsync(JobState.Succeeded, TimeSpan.FromDays(29), 1);
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        var batches = new { Client = _client, Gone = Guid.CreateVersion7(), Kept = Guid.CreateVersion7() };
        await connection.ExecuteAsync(
            "insert into batches (id, client_id, items, created_at) select id, @Client, 1, now() - interval '32 days' from unnest(array[@Gone, @Kept]) id",
            batches);
        await connection.ExecuteAsync(
            "update jobs set batch_id = case when finished_at < now() - interval '30 days' then @Gone else @Kept end where client_id = @Client", batches);

        await Task().RunAsync(Token);

        (await connection.QueryAsync<Guid>("select id from batches where client_id = @Client", batches)).ShouldBe([batches.Kept]);
    }

    [Fact]
    public async Task Job_that_somebody_holds_is_left_for_the_next_night()
    {
        await AddJobsAsync(JobState.Failed, TimeSpan.FromDays(32), 2);
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        await using (await connection.BeginTransactionAsync(Token))
        {
            await connection.ExecuteAsync("select from jobs where client_id = @Client limit 1 for update", new { Client = _client });
            await Task().RunAsync(Token);
            (await JobsAsync("true")).ShouldBe(1);
        }

        await Task().RunAsync(Token);
        (await JobsAsync("true")).ShouldBe(0);
    }

    [Fact]
    public async Task Cancellation_stops_it()
    {
        await AddJobsAsync(JobState.Succeeded, TimeSpan.FromDays(32), 1);

        await Should.ThrowAsync<OperationCanceledException>(() => Task().RunAsync(new CancellationToken(canceled: true)));

        (await JobsAsync("true")).ShouldBe(1);
    }

    [Fact]
    public void Keys_that_outlive_their_jobs_are_refused_by_name()
    {
        var result = new RetentionRules().Validate(null, new() { Jobs = TimeSpan.FromDays(1), IdempotencyKeys = TimeSpan.FromDays(2) });

        result.FailureMessage.ShouldBe(
            "Retention:IdempotencyKeys is 2.00:00:00 and Retention:Jobs is 1.00:00:00; keys must not outlive their jobs. Lower the first or raise the second.");
        new RetentionRules().Validate(null, new()).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public void Results_that_go_before_their_jobs_are_refused_by_name()
    {
        var result = new RetentionRules().Validate(null, new() { Results = TimeSpan.FromDays(7) });

        result.FailureMessage.ShouldBe(
            "Retention:Results is 7.00:00:00 and Retention:Jobs is 30.00:00:00; a job is not kept without its result. Raise the first or lower the second.");
        new RetentionRules().Validate(null, new() { Results = TimeSpan.FromDays(90) }).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public async Task Jobs_whose_results_are_kept_stay_for_so_long()
    {
        await AddJobsAsync(JobState.Succeeded, TimeSpan.FromDays(32), 1);
        await AddJobsAsync(JobState.Succeeded, TimeSpan.FromDays(92), 1);

        await Task(results: TimeSpan.FromDays(90)).RunAsync(Token);

        (await JobsAsync("finished_at < now() - interval '30 days'")).ShouldBe(1);
        (await JobsAsync("finished_at < now() - interval '90 days'")).ShouldBe(0);
    }

    [Fact]
    public async Task Conversations_and_documents_go_only_where_that_is_set_and_by_their_last_use()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        var rows = new { Client = _client, Old = Guid.CreateVersion7(), Used = Guid.CreateVersion7(), Document = Guid.CreateVersion7() };
        await connection.ExecuteAsync(
            """
            insert into conversations (id, client_id, kind, settings, created_at) select id, @Client, 'chat', '{}', now() - interval '40 days' from unnest(array[@Old, @Used]) id;
            insert into conversation_messages (conversation_id, position, job_id, created_at)
            values (@Old, 0, gen_random_uuid(), now() - interval '40 days'), (@Used, 0, gen_random_uuid(), now() - interval '40 days'), (@Used, 1, gen_random_uuid(), now());
            insert into document_owners (client_id, documents) values (@Client, 1);
            insert into documents (id, client_id, job_id, format, metadata, text, bytes, created_at) values (@Document, @Client, @Document, 'text', '{}', 'a', 1, now() - interval '40 days')
            """,
            rows);
        await Task().RunAsync(Token);
        (await CountAsync("select count(*) from conversations where client_id = @Client", null)).ShouldBe(2);
        (await CountAsync("select count(*) from documents where client_id = @Client", null)).ShouldBe(1);

        await Task(kept: TimeSpan.FromDays(30)).RunAsync(Token);

        (await connection.QueryAsync<Guid>("select id from conversations where client_id = @Client", rows)).ShouldBe([rows.Used]);
        (await CountAsync("select documents from document_owners where client_id = @Client", null)).ShouldBe(0);
    }

    [Fact]
    public async Task A_client_that_was_revoked_long_ago_is_only_a_name_and_old_records_are_gone()
    {
        await AddJobsAsync(JobState.Failed, TimeSpan.FromDays(1), 3);
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        var (old, young) = (Guid.CreateVersion7(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(800)), Guid.CreateVersion7());
        await connection.ExecuteAsync(
            """
            insert into clients (id, name, revoked_at) values (@Client, @Client::text, now() - interval '401 days');
            insert into prompts (client_id, kind, name, language, active_version) values (@Client, 'chat', 'a', 'en', 1);
            insert into audit (id, client_id, action, target) select id, @Client, 'a', 'b' from unnest(array[@old, @young]) id;
            insert into usage (day, client_id, kind, model, jobs, prompt_tokens, cached_tokens, completion_tokens, worker_seconds)
            select now()::date - age, @Client, 'chat', 'm', 1, 1, 1, 1, 1 from unnest(array[1, 1200]) as age
            """,
            new { Client = _client, old, young });

        await Task().RunAsync(Token);

        (await JobsAsync("true")).ShouldBe(0);
        (await CountAsync("select count(*) from prompts where client_id = @Client", null)).ShouldBe(0);
        (await CountAsync("select count(*) from clients where id = @Client and erased_at is not null", null)).ShouldBe(1);
        (await CountAsync("select count(*) from usage where client_id = @Client", null)).ShouldBe(1);
        (await connection.QueryAsync<Guid>("select id from audit where client_id = @Client", new { Client = _client })).ShouldBe([young]);
    }

    [Theory]
    [InlineData(7, 8, 6)]
    [InlineData(365, 31, 29)]
    public async Task Webhook_deliveries_go_by_their_own_age_or_that_of_jobs(int kept, int goneDays, int keptDays)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        await connection.ExecuteAsync(
            """
            insert into webhook_deliveries (client_id, job_id, url, type, payload, state, finished_at)
            select @Client, gen_random_uuid(), 'https://a', 'job.succeeded', '{}', 'delivered', now() - age * interval '1 day' from unnest(array[@goneDays, @keptDays]) age
            """,
            new { Client = _client, goneDays, keptDays });

        await Task(groupMax: 1, deliveries: TimeSpan.FromDays(kept)).RunAsync(Token);

        (await connection.QueryAsync<int>("select extract(day from now() - finished_at)::int from webhook_deliveries where client_id = @Client", new { Client = _client })).ShouldBe([keptDays]);
    }

    [Fact]
    public async Task Responses_reports_actions_and_secrets_go_by_their_ages()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        Guid Id(int days) => Guid.CreateVersion7(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(days));
        var rows = new { Client = _client, Gone = Id(800), Running = Id(801), Kept = Id(1) };
        await connection.ExecuteAsync(
            """
            insert into responses (id, client_id, input, created_at) values (@Gone, @Client, '"a"', now() - interval '31 days'), (@Kept, @Client, '"a"', now() - interval '29 days');
            insert into activity_reports (id, client_id, scope, time_zone, language, created_at)
            values (@Gone, @Client, 'conversations', 'UTC', 'en', now() - interval '401 days'), (@Kept, @Client, 'conversations', 'UTC', 'en', now() - interval '399 days');
            insert into clients (id, name) values (@Client, @Client::text);
            insert into job_actions (id, action, requested_by, client_id, states, from_id, to_id, next_id, finished_at)
            select id, 'cancel', @Client, @Client, '{}', id, id, id, case when id <> @Running then now() end from unnest(array[@Gone, @Running, @Kept]) id;
            insert into webhook_secrets (id, client_id, secret, expires_at) values (@Gone, @Client, 'x', now() - interval '1 second'), (@Kept, @Client, 'x', now() + interval '1 hour'), (@Running, @Client, 'x', null)
            """,
            rows);

        await Task(groupMax: 1).RunAsync(Token);

        (await connection.QueryAsync<Guid>("select id from responses where client_id = @Client", rows)).ShouldBe([rows.Kept]);
        (await connection.QueryAsync<Guid>("select id from activity_reports where client_id = @Client", rows)).ShouldBe([rows.Kept]);
        (await connection.QueryAsync<Guid>("select id from job_actions where client_id = @Client", rows)).ShouldBe([rows.Running, rows.Kept], ignoreOrder: true);
        (await connection.QueryAsync<Guid>("select id from webhook_secrets where client_id = @Client", rows)).ShouldBe([rows.Running, rows.Kept], ignoreOrder: true);
    }

    private RetentionTask Task(int groupMax = 1_000, TimeSpan? results = null, TimeSpan? kept = null, TimeSpan? deliveries = null)
    {
        var source = database.DataSource;
        var quotes = new QuoteStore(source);
        return new(
            new JobPartitions(source, TimeProvider.System, NullLogger<JobPartitions>.Instance),
            new RetentionStore(source, TimeProvider.System),
            new OldRecords(new RecordStore(source), new ConversationStore(source, Vault.Keyless), new DocumentStore(source, quotes), quotes, new ClientErasure(source), TimeProvider.System),
            Options.Create(new RetentionOptions { GroupMax = groupMax, Results = results, Conversations = kept, Documents = kept, WebhookDeliveries = deliveries ?? TimeSpan.FromDays(7) }),
            Options.Create(new SchedulerOptions()),
            NullLogger<RetentionTask>.Instance);
    }

    private async Task AddJobsAsync(string state, TimeSpan? endedAgo, int count)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        var accepted = TimeProvider.System.GetUtcNow() - (endedAgo ?? TimeSpan.FromDays(40));
        await connection.ExecuteAsync(
            """
            insert into jobs (id, client_id, kind, queue, state, input, finished_at)
            select id, @Client, 'emotion', 'emotion', @State, '{}', now() - @Ended::interval from unnest(@Ids) id
            """,
            new { Client = _client, State = state, Ended = endedAgo, Ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7(accepted)).ToArray() });
    }

    private async Task AddKeysAsync(string prefix, TimeSpan age, int count)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        await connection.ExecuteAsync(
            """
            insert into idempotency_keys (client_id, key, request_hash, job_ids, created_at)
            select @Client, @Prefix || n, '', '{}', now() - @Age from generate_series(1, @Count) n
            """,
            new { Client = _client, Prefix = prefix, Age = age, Count = count });
    }

    private Task<int> JobsAsync(string where) => CountAsync($"select count(*) from jobs where client_id = @Client and {where}", null);

    private Task<int> KeysAsync(string prefix) =>
        CountAsync("select count(*) from idempotency_keys where client_id = @Client and key like @Prefix || '%'", prefix);

    private async Task<int> CountAsync(string sql, string? prefix)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        return await connection.ExecuteScalarAsync<int>(sql, new { Client = _client, Prefix = prefix });
    }
}
