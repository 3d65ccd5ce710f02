using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Batches;
using Pipeline.Core.Intake;
using Pipeline.Core.Jobs;
using Pipeline.Core.Limits;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Limits;

public sealed class BudgetTests : IAsyncLifetime
{
    private const int Requests = 100;
    private const int Budgeted = 50;

    // {"text":"same"}: 15 bytes are 3.75 tokens, and one more.
    private const int TokensOfOne = 5;

    private readonly Guid _client = Guid.CreateVersion7();

    // Of its own: what another test has left waits in the same queues, and comes first.
    private PostgresDatabase? _database;

    private PostgresDatabase Database => _database!;

    public async ValueTask InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    [Theory]
    [InlineData("read committed", false, 100)]
    [InlineData("read committed", true, 100)]
    [InlineData("repeatable read", false, 10)]
    [InlineData("serializable", true, 10)]
    public async Task A_hundred_requests_at_once_get_what_the_budget_holds_and_no_more(string serverDefault, bool keys, int repetitions)
    {
        var settings = await TestPipeline.SettingsAsync(Database);
        settings["Postgres:ConnectionString"] = new NpgsqlConnectionStringBuilder(Database.ConnectionString)
        {
            Options = $"-c default_transaction_isolation={serverDefault.Replace(" ", "\\ ", StringComparison.Ordinal)}",
        }.ConnectionString;
        await using var first = await AcceptingAsync(settings);
        await using var second = await AcceptingAsync(settings);
        for (var i = 0; i < repetitions; i++)
        {
            var client = Guid.CreateVersion7();
            var replies = await Task.WhenAll(Enumerable.Range(0, Requests).Select(request => (request % 2 == 0 ? first : second).SubmitAsync(
                One(client, Daily(Budgeted * TokensOfOne), keys ? new($"order-{request}", [1]) : null))));

            replies.OfType<SubmissionReply.Accepted>().Count().ShouldBe(Budgeted, $"repetition {i}");
            replies.OfType<SubmissionReply.LimitReached>().Count().ShouldBe(Requests - Budgeted, $"repetition {i}");
            (await ScalarAsync<int>("select count(*)::int from jobs where client_id = @client", new { client })).ShouldBe(Budgeted);
        }
    }

    [Fact]
    public async Task Batches_at_once_get_what_the_budget_holds_and_no_more()
    {
        await using var first = await AcceptingAsync();
        await using var second = await AcceptingAsync();
        for (var i = 0; i < 10; i++)
        {
            var client = Guid.CreateVersion7();
            var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(batch => SubmitBatchAsync(batch % 2 == 0 ? first : second, client, Daily(55 * TokensOfOne), 10)));

            replies.OfType<BatchReply.Accepted>().Count().ShouldBe(5, $"repetition {i}");
            replies.OfType<BatchReply.LimitReached>().ShouldAllBe(reply => reply.Limit.Name == LimitName.TokensPerDay);
            (await ScalarAsync<int>("select count(*)::int from jobs where client_id = @client", new { client })).ShouldBe(50);
        }
    }

    [Fact]
    public async Task What_ends_unfinished_gives_its_reservation_back_at_once_and_what_succeeds_costs_what_it_took()
    {
        await using var accepting = await AcceptingAsync();
        var limits = Daily(2 * TokensOfOne);
        var ids = new[] { await SubmitAsync(accepting, limits), await SubmitAsync(accepting, limits) };
        (await accepting.SubmitAsync(One(_client, limits))).ShouldBeOfType<SubmissionReply.LimitReached>().Limit.ShouldSatisfyAllConditions(
            limit => (limit.Name, limit.Current, limit.Max, limit.Wanted).ShouldBe((LimitName.TokensPerDay, 10, 10, 5)),
            limit => limit.RetryAfter.ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromDays(1)));

        await accepting.Store.CancelAsync(_client, ids[0], CancellationToken.None);
        var third = await SubmitAsync(accepting, limits);
        (await accepting.SubmitAsync(One(_client, limits))).ShouldBeOfType<SubmissionReply.LimitReached>();

        // A scripted job takes one token.
        await using var worker = await TestPipeline.StartAsync(
            Database, await SameQueuesAsync(accepting), roles => roles.AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>());
        await Task.WhenAll(accepting.FinishAsync(_client, ids[1]), accepting.FinishAsync(_client, third));

        (await UseAsync(accepting)).ShouldBe((2, 2));
        await Eventually.TrueAsync(() => ScalarAsync<bool>("select not exists (select from budget_entries where client_id = @Client)", new { Client = _client }));
        (await UseAsync(accepting)).ShouldBe((2, 2));
        (await ScalarAsync<long>("select sum(reserved)::bigint from budgets where client_id = @Client", new { Client = _client })).ShouldBe(0);
        await SubmitAsync(accepting, limits);
    }

    [Fact]
    public async Task A_retried_job_is_reserved_for_again_and_refused_when_the_budget_does_not_hold_it()
    {
        await using var accepting = await AcceptingAsync();
        var limits = Daily(TokensOfOne);
        var retries = accepting.Services.GetRequiredService<JobRetries>();
        var first = await SubmitAsync(accepting, limits);
        await accepting.Store.CancelAsync(_client, first, CancellationToken.None);
        var second = await SubmitAsync(accepting, limits);

        (await retries.RetryAsync(_client, limits, first, CancellationToken.None)).ShouldBeOfType<JobChange.LimitReached>();
        await accepting.Store.CancelAsync(_client, second, CancellationToken.None);

        var changes = await Task.WhenAll(retries.RetryAsync(_client, limits, first, CancellationToken.None), retries.RetryAsync(_client, limits, second, CancellationToken.None));
        changes.OfType<JobChange.Done>().ShouldHaveSingleItem();
        (await UseAsync(accepting)).ShouldBe((TokensOfOne, TokensOfOne));
    }

    [Fact]
    public async Task A_month_holds_what_its_days_do_not_use_up()
    {
        await using var accepting = await AcceptingAsync();
        var limits = new ClientLimits { TokensPerDay = 1_000, TokensPerMonth = 2 * TokensOfOne };
        await SubmitAsync(accepting, limits);
        await SubmitAsync(accepting, limits);

        (await accepting.SubmitAsync(One(_client, limits))).ShouldBeOfType<SubmissionReply.LimitReached>().Limit.Name.ShouldBe(LimitName.TokensPerMonth);
    }

    [Fact]
    public async Task A_repeat_costs_nothing_and_is_answered_by_a_budget_that_is_used_up()
    {
        await using var accepting = await AcceptingAsync();
        var limits = Daily(TokensOfOne);
        var submission = One(_client, limits, new("once", [1]));
        await accepting.SubmitAsync(submission);

        (await accepting.SubmitAsync(submission with { Jobs = One(_client, limits).Jobs })).ShouldBeOfType<SubmissionReply.Accepted>().Replayed.ShouldBeTrue();
        (await accepting.SubmitAsync(One(_client, limits, new("twice", [1])))).ShouldBeOfType<SubmissionReply.LimitReached>();
        (await ScalarAsync<int>("select count(*)::int from idempotency_keys where client_id = @Client", new { Client = _client })).ShouldBe(1);
    }

    [Fact]
    public async Task Clients_without_a_budget_leave_no_trace_of_one()
    {
        await using var accepting = await AcceptingAsync();
        var id = await SubmitAsync(accepting, ClientLimits.None);
        await accepting.Store.CancelAsync(_client, id, CancellationToken.None);

        (await ScalarAsync<bool>("select exists (select from budgets where client_id = @Client) or exists (select from budget_entries where client_id = @Client)", new { Client = _client }))
            .ShouldBeFalse();
    }

    [Fact]
    public async Task A_budget_is_charged_what_jobs_of_the_kind_were_measured_to_take()
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("insert into kind_costs values ('told', 40, 400, 800, 800, 4000), ('new', 19, 400, 800, 0, 4000)");
        await using var accepting = await AcceptingAsync();

        var estimate = await accepting.Services.GetRequiredService<Budgets>().EstimatesAsync(CancellationToken.None);

        // Two tokens of prompt for each that the length says, though they were cached, and a hundred of answer; nothing yet of what was measured too rarely.
        (estimate("told", "1234"), estimate("new", "1234"), estimate("unknown", "1234")).ShouldBe((104, 2, 2));
    }

    private static ClientLimits Daily(long tokens) => new() { TokensPerDay = tokens };

    private static Submission One(Guid client, ClientLimits limits, IdempotencyKey? key = null) =>
        TestPipeline.OneJob("same", key: key) with { ClientId = client, Limits = limits };

    private static Task<BatchReply> SubmitBatchAsync(TestPipeline pipeline, Guid client, ClientLimits limits, int count)
    {
        var job = TestPipeline.OneJob("same").Jobs[0];
        return pipeline.Services.GetRequiredService<BatchIntake>().SubmitAsync(
            new()
            {
                Id = Guid.CreateVersion7(),
                ClientId = client,
                Limits = limits,
                Queues = new Dictionary<string, int> { [job.Queue] = count },
                Items = () => Enumerable.Repeat(new NewBatchItem { Kind = job.Kind, Queue = job.Queue, InputJson = job.InputJson }, count),
            },
            CancellationToken.None);
    }

    private async Task<Guid> SubmitAsync(TestPipeline pipeline, ClientLimits limits) =>
        (await pipeline.SubmitAsync(One(_client, limits))).ShouldBeOfType<SubmissionReply.Accepted>().JobIds[0];

    private async Task<TestPipeline> AcceptingAsync(Dictionary<string, string?>? settings = null) =>
        await TestPipeline.StartAsync(Database, settings ?? await TestPipeline.SettingsAsync(Database), roles => roles.AddIntake());

    private async Task<Dictionary<string, string?>> SameQueuesAsync(TestPipeline pipeline)
    {
        var settings = await TestPipeline.SettingsAsync(Database);
        settings["Broker:QueuePrefix"] = pipeline.Services.GetRequiredService<Microsoft.Extensions.Configuration.IConfiguration>()["Broker:QueuePrefix"];
        return settings;
    }

    private async Task<(long Day, long Month)> UseAsync(TestPipeline pipeline)
    {
        var use = await pipeline.Services.GetRequiredService<BudgetStore>().ReadAsync(_client, CancellationToken.None);
        return (use.Day, use.Month);
    }

    private async Task<T?> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql, parameters);
    }
}
