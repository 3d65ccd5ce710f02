using Dapper;
using Pipeline.Core.Intake;
using Pipeline.Core.Usage;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Usage;

/// <summary>What jobs are charged before they ran is measured of those that finished.</summary>
public sealed class KindCostTests : IAsyncLifetime
{
    private static readonly Guid Operator = Guid.CreateVersion7();

    // Of its own: the relay of whichever test leads in a database measures for all.
    private PostgresDatabase? _database;

    private PostgresDatabase Database => _database!;

    private UsageStore Usage => new(Database.DataSource, new(Database.DataSource, Patience.Limit), Microsoft.Extensions.Options.Options.Create(new PriceOptions()));

    public async ValueTask InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    [Fact]
    public async Task Each_kind_has_the_average_of_its_jobs_once_there_are_enough()
    {
        await EndAsync("long", jobs: 15, estimated: 150, prompt: 300, cached: 100, completion: 1_500);
        await EndAsync("short", jobs: 30, estimated: 150, prompt: 150, cached: 0, completion: 30);
        await Usage.SettleAsync(CancellationToken.None);
        (await Usage.CostsAsync(CancellationToken.None)).Keys.ShouldBe(["short"]);

        await EndAsync("long", jobs: 5, estimated: 50, prompt: 100, cached: 100, completion: 100);
        await Usage.SettleAsync(CancellationToken.None);

        var costs = await Usage.CostsAsync(CancellationToken.None);
        costs["short"].ShouldBe(KindCost.Measured(1, 1, 1, 0.5));
        costs["long"].ShouldBe(KindCost.Measured(prompt: 2, computed: 1, completion: 80, seconds: 0.5));
    }

    [Fact]
    public async Task What_was_long_ago_is_forgotten_however_much_it_was()
    {
        await EndAsync("chat", jobs: 1_000_000, estimated: 1_000_000, prompt: 1_000_000, cached: 0, completion: 0);
        await Usage.SettleAsync(CancellationToken.None);
        (await JobsAsync()).ShouldBe(1_000, tolerance: 0.001);

        for (var i = 0; i < 10; i++)
        {
            await EndAsync("chat", jobs: 500, estimated: 500, prompt: 1_500, cached: 0, completion: 5_000);
            await Usage.SettleAsync(CancellationToken.None);
        }

        (await JobsAsync()).ShouldBe(1_000, tolerance: 0.001);
        var cost = (await Usage.CostsAsync(CancellationToken.None))["chat"];
        (cost.Prompt, cost.Completion).ShouldSatisfyAllConditions(
            it => it.Prompt.ShouldBe(3, tolerance: 0.05),
            it => it.Completion.ShouldBe(10, tolerance: 0.2));
    }

    [Theory]
    [InlineData(0, 0.01)]
    [InlineData(1e9, 10_000)]
    public void What_a_model_counts_is_believed_within_bounds(double counted, double believed) =>
        KindCost.Measured(counted, counted, 1e12, 1e300).ShouldSatisfyAllConditions(
            cost => cost.Prompt.ShouldBe(believed),
            cost => cost.Computed.ShouldBe(believed),
            cost => cost.Completion.ShouldBe(1_000_000),
            cost => cost.WorkerTime.ShouldBe(TimeSpan.FromSeconds(1_000_000)));

    [Fact]
    public async Task A_process_that_begins_to_lead_shares_by_what_others_measured()
    {
        // Answers of a thousand tokens: who asks at length has no more of a worker than who asks briefly.
        await ExecuteAsync("insert into kind_costs values ('emotion', 1000, 10000, 10, 0, 1000000)", new { });
        await ExecuteAsync("insert into clients (id, name) values (@Id, 'operator')", new { Id = Operator });
        await ExecuteAsync("insert into pauses (scope, name, queues, paused_by) values ('queue', 'emotion', '{emotion}', @Id)", new { Id = Operator });
        var settings = await TestPipeline.SettingsAsync(Database);
        settings["Relay:WindowMin"] = "20";
        settings["Queues:emotion:ItemsPerMessage"] = "1";
        await using var accepting = await TestPipeline.StartAsync(Database, settings, roles => roles.AddIntake());
        var (brief, lengthy) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await SubmitAsync(accepting, brief, "ok");
        await SubmitAsync(accepting, lengthy, new string('x', 800));

        await ExecuteAsync("delete from pauses", new { });

        await Eventually.TrueAsync(async () => await SentAsync(brief) + await SentAsync(lengthy) == 20);
        (await SentAsync(lengthy)).ShouldBe(10);
    }

    private static async Task SubmitAsync(TestPipeline pipeline, Guid client, string text)
    {
        NewJob[] jobs = [.. Enumerable.Range(0, 40).Select(i => TestPipeline.OneJob($"{text} {i}").Jobs[0])];
        (await pipeline.SubmitAsync(new Submission { ClientId = client, Jobs = jobs })).ShouldBeOfType<SubmissionReply.Accepted>();
    }

    private async Task<int> SentAsync(Guid client)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<int>("select coalesce(sum(jobs), 0)::int from dispatches where client_id = @client and dispatched_at is not null", new { client });
    }

    private async Task<double> JobsAsync()
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<double>("select jobs from kind_costs");
    }

    /// <summary>What a worker writes with the results of jobs.</summary>
    private Task EndAsync(string kind, int jobs, double estimated, long prompt, long cached, long completion) => ExecuteAsync(
        """
        insert into usage_entries (client_id, queue, kind, model, jobs, prompt_tokens, cached_tokens, completion_tokens, worker_seconds, estimated)
        values (@Client, @Kind, @Kind, 'm', @Jobs, @Prompt, @Cached, @Completion, 0.5 * @Jobs, @Estimated)
        """,
        new { Client = Guid.CreateVersion7(), Kind = kind, Jobs = jobs, Prompt = prompt, Cached = cached, Completion = completion, Estimated = estimated });

    private async Task ExecuteAsync(string sql, object parameters)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }
}
