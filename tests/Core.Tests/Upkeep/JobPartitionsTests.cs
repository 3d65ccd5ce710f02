using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Core.Upkeep;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Upkeep;

public sealed class JobPartitionsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Today = new(2031, 5, 10, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    private readonly PostgresDatabase _database = new();
    private readonly Clock _time = new();

    public async ValueTask InitializeAsync() => await _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private JobPartitions Partitions => new(_database.DataSource, _time, NullLogger<JobPartitions>.Instance);

    [Fact]
    public async Task Days_from_yesterday_to_a_week_ahead_are_made_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Partitions.MakeAsync(CancellationToken.None)));

        (await QueryAsync<string>("select relname from pg_inherits join pg_class on oid = inhrelid where inhparent = 'jobs'::regclass and relname like 'jobs_2031%' order by 1"))
            .ShouldBe(Enumerable.Range(9, 9).Select(day => $"jobs_203105{day:00}"));
    }

    [Fact]
    public async Task A_job_is_kept_in_the_partition_of_its_day()
    {
        await Partitions.MakeAsync(CancellationToken.None);

        var id = await AddAsync(Today, "queued");

        (await PartitionOfAsync(id)).ShouldBe("jobs_20310510");
    }

    [Fact]
    public async Task A_job_whose_day_was_not_made_is_kept_and_moves_when_it_is()
    {
        var id = await AddAsync(Today, "queued");
        (await PartitionOfAsync(id)).ShouldBe("jobs_default");

        await Partitions.MakeAsync(CancellationToken.None);

        (await PartitionOfAsync(id)).ShouldBe("jobs_20310510");
    }

    [Fact]
    public async Task Results_of_every_day_are_packed_with_the_quickest_method_that_the_server_has()
    {
        var best = (await QueryAsync<bool>("select 'lz4' = any(enumvals) from pg_settings where name = 'default_toast_compression'")).Single() ? "lz4" : "pglz";
        var early = await AddAsync(Today, "succeeded", endedAt: Today);
        await FillAsync(early);
        (await PartitionOfAsync(early)).ShouldBe("jobs_default");

        await Partitions.MakeAsync(CancellationToken.None);
        var late = await AddAsync(Today, "succeeded", endedAt: Today);
        await FillAsync(late);

        (await PartitionOfAsync(late)).ShouldBe("jobs_20310510");
        (await QueryAsync<string>("select pg_column_compression(result) from jobs")).ShouldBe([best, best]);

        Task FillAsync(Guid id) => QueryAsync<int>($"update jobs set result = json_build_object('embeddings', (select json_agg(sin(i)) from generate_series(1, 2000) i)) where id = '{id}'");
    }

    [Fact]
    public async Task A_day_that_ended_long_enough_ago_is_dropped_and_the_next_is_not()
    {
        await Partitions.MakeAsync(CancellationToken.None);
        await AddAsync(Today.AddDays(-1), "succeeded", endedAt: Today.AddDays(-1));
        await AddAsync(Today, "succeeded", endedAt: Today);

        _time.Now = new DateTimeOffset(2031, 5, 10, 0, 0, 0, TimeSpan.Zero) + Month;

        (await Partitions.DropAsync(Month, CancellationToken.None)).ShouldBe(1);
        (await QueryAsync<int>("select count(*)::int from jobs")).ShouldBe([1]);
    }

    [Theory]
    [InlineData("queued", null)]
    [InlineData("running", null)]
    [InlineData("failed", -1)]
    public async Task A_day_with_a_job_that_is_not_over_stays(string state, int? endedDays)
    {
        await Partitions.MakeAsync(CancellationToken.None);
        _time.Now += TimeSpan.FromDays(60);
        await AddAsync(Today, "succeeded", endedAt: Today);
        var left = await AddAsync(Today, state, endedDays is { } days ? _time.Now.AddDays(days) : null);

        await Partitions.DropAsync(Month, CancellationToken.None);

        (await PartitionOfAsync(left)).ShouldBe("jobs_20310510");
    }

    [Fact]
    public async Task A_day_that_somebody_uses_is_left_for_another_time()
    {
        await Partitions.MakeAsync(CancellationToken.None);
        _time.Now += TimeSpan.FromDays(60);
        var id = await AddAsync(Today, "succeeded", endedAt: Today);
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("select from jobs_20310510 for update");

        await Partitions.DropAsync(Month, CancellationToken.None);

        (await PartitionOfAsync(id)).ShouldBe("jobs_20310510");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_job_answered_outlives_it_in_its_dialogue_and_its_steps_do_not(bool dayIsDropped)
    {
        if (dayIsDropped)
        {
            await Partitions.MakeAsync(CancellationToken.None);
        }

        var id = await AddAsync(Today.AddYears(-10), "succeeded", endedAt: Today.AddYears(-10));
        if (dayIsDropped)
        {
            id = await AddAsync(Today, "succeeded", endedAt: Today);
        }

        await QueryAsync<int>($$"""
            insert into conversations (id, client_id, kind, settings) values ('{{id}}', '{{id}}', 'chat', '{}');
            insert into conversation_messages (conversation_id, position, content, job_id) values ('{{id}}', 0, 'hi', '{{id}}');
            insert into job_steps (job_id, step, result) values ('{{id}}', 0, '1');
            update jobs set result = '{"content":"ho"}' where id = '{{id}}'
            """);
        _time.Now += TimeSpan.FromDays(60);
        await Partitions.DropAsync(Month, CancellationToken.None);
        await new RetentionStore(_database.DataSource, _time).DeleteJobsAsync(Month, 10, CancellationToken.None);

        (await QueryAsync<int>($"select count(*)::int from jobs where id = '{id}'")).ShouldBe([0]);
        (await QueryAsync<string>("select result::text from conversation_messages")).ShouldBe(["""{"content":"ho"}"""]);
        (await QueryAsync<int>("select count(*)::int from job_steps")).ShouldBe([0]);
    }

    [Fact]
    public async Task Results_can_outlive_the_inputs_of_their_jobs()
    {
        await Partitions.MakeAsync(CancellationToken.None);
        var done = await AddAsync(Today, "succeeded", endedAt: Today);
        await AddAsync(Today, "failed", endedAt: Today);
        await QueryAsync<int>($$"""update jobs set input = '{"text":"secret"}', result = '{"content":"ho"}' where id = '{{done}}'""");
        _time.Now += TimeSpan.FromDays(60);

        (await Partitions.ReduceAsync(Month, CancellationToken.None)).ShouldBeGreaterThan(0);

        (await QueryAsync<string>("select id || input::text || result::text from jobs")).ShouldBe([$$"""{{done}}{}{"content":"ho"}"""]);
        (await PartitionOfAsync(done)).ShouldBe("jobs_20310510");
        (await QueryAsync<int>("select count(*)::int from pg_indexes where tablename = 'jobs_20310510'"))
            .ShouldBe(await QueryAsync<int>("select count(*)::int from pg_indexes where tablename = 'jobs'"));
        (await Partitions.ReduceAsync(Month, CancellationToken.None)).ShouldBe(0);

        (await Partitions.DropAsync(Month, CancellationToken.None)).ShouldBeGreaterThan(0);
        (await QueryAsync<int>("select count(*)::int from jobs")).ShouldBe([0]);
    }

    [Fact]
    public async Task A_day_with_a_job_that_waits_is_not_reduced()
    {
        await Partitions.MakeAsync(CancellationToken.None);
        var waiting = await AddAsync(Today, "queued");
        _time.Now += TimeSpan.FromDays(60);

        await Partitions.ReduceAsync(Month, CancellationToken.None);

        (await PartitionOfAsync(waiting)).ShouldBe("jobs_20310510");
        (await QueryAsync<bool>("select obj_description('jobs_20310510'::regclass) is null")).ShouldBe([true]);
    }

    private async Task<Guid> AddAsync(DateTimeOffset acceptedAt, string state, DateTimeOffset? endedAt = null)
    {
        var id = Guid.CreateVersion7(acceptedAt);
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "insert into jobs (id, client_id, kind, queue, state, input, finished_at) values (@id, @id, 'emotion', 'emotion', @state, '{}', @endedAt)",
            new { id, state, endedAt });
        return id;
    }

    private async Task<string> PartitionOfAsync(Guid id) => (await QueryAsync<string>($"select tableoid::regclass::text from jobs where id = '{id}'")).Single();

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string sql)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<T>(sql)).AsList();
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Today;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
