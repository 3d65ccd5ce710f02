using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Broker;
using Pipeline.Core.Intake;
using Pipeline.Core.Subscriptions;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Subscriptions;

/// <summary>An API and a worker as two hosts, and RabbitMQ between them.</summary>
public sealed class EventsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_subscriber_sees_a_job_from_its_first_word_to_its_end(bool inMemory)
    {
        await using var hosts = await StartAsync(inMemory);
        var subscription = hosts.Subscriptions.Open(Guid.CreateVersion7(), isNew: true);
        await hosts.SubmitAsync(subscription.JobId, hosts.Subscriptions.Address);

        var running = await UntilAsync(subscription, snapshot => snapshot.Text == "Se");
        (running.State, running.Attempt, running.Progress).ShouldBe((JobState.Running, 1, 0.5));

        // In one condition: its last words may come behind its end, which is read from the database as well.
        _release.SetResult();
        await UntilAsync(subscription, snapshot => snapshot is { State: JobState.Succeeded, Text: "Seoul." });
        (await hosts.Api.FindAsync(subscription.JobId)).State.ShouldBe(JobState.Succeeded);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_comes_while_a_job_runs_gets_everything_so_far(bool inMemory)
    {
        await using var hosts = await StartAsync(inMemory);
        var id = Guid.CreateVersion7();
        await hosts.SubmitAsync(id, subscriber: null);
        await hosts.Worker.CalledAsync();

        var subscription = hosts.Subscriptions.Open(id, isNew: false);

        (await UntilAsync(subscription, snapshot => snapshot.Text == "Se")).State.ShouldBe(JobState.Running);
        _release.SetResult();
        await UntilAsync(subscription, snapshot => snapshot is { State: JobState.Succeeded, Text: "Seoul." });
    }

    [Fact]
    public async Task A_subscription_goes_on_when_another_worker_gets_the_job()
    {
        await using var hosts = await StartAsync(inMemory: false);
        var subscription = hosts.Subscriptions.Open(Guid.CreateVersion7(), isNew: true);
        await hosts.SubmitAsync(subscription.JobId, hosts.Subscriptions.Address);
        await UntilAsync(subscription, snapshot => snapshot.Text == "Se");

        await using var heir = await hosts.StartWorkerAsync(Script());
        await hosts.Worker.StopAsync(); // Longer than its time to drain: the job is given back.

        await UntilAsync(subscription, snapshot => snapshot is { State: JobState.Running, Attempt: 2, TextAttempt: 2, Text: "Se" });
        _release.SetResult();
        (await UntilAsync(subscription, snapshot => snapshot is { State: JobState.Succeeded, Text: "Seoul." })).Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task A_job_that_waits_knows_how_many_are_before_it()
    {
        await using var hosts = await StartAsync(inMemory: false, works: false);
        for (var i = 0; i < 3; i++)
        {
            await hosts.Api.SubmitAsync($"before {i}");
        }

        var subscription = hosts.Subscriptions.Open(await hosts.Api.SubmitAsync("last"), isNew: false);

        await UntilAsync(subscription, snapshot => snapshot.JobsAhead >= 3);
        await hosts.Api.Store.CancelAsync(Core.Clients.Client.LocalId, subscription.JobId, CancellationToken.None);
        await UntilAsync(subscription, snapshot => snapshot.State is JobState.Canceled);
    }

    [Fact]
    public async Task The_count_of_jobs_before_a_waiting_one_is_bounded()
    {
        await using var own = await PostgresDatabase.CreateAsync();
        await using var connection = await own.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("""
            insert into jobs (id, client_id, kind, queue, input, queued_at)
            select gen_random_uuid(), gen_random_uuid(), 'emotion', 'emotion', '{}', now() - n * interval '1 second' from generate_series(0, 49) as n
            """);
        var last = await connection.QuerySingleAsync<Guid>("select id from jobs order by queued_at desc limit 1");

        var rows = await connection.QueryAsync<(Guid, string, int, int? JobsAhead)>(JobSubscriptions.States, new { Ids = new[] { last }, JobsAheadMax = 20 });

        rows.Single().JobsAhead.ShouldBe(20);
    }

    private HandlerScript Script() => new()
    {
        Run = async (_, context, cancellationToken) =>
        {
            context.Updates.Report(0.5);
            context.Updates.Write("Se");
            await _release.Task.WaitAsync(cancellationToken);
            context.Updates.Write("oul.");
            return HandlerScript.Neutral;
        },
    };

    private static async Task<JobSnapshot> UntilAsync(JobSubscription subscription, Func<JobSnapshot, bool> condition)
    {
        using var patience = Patience.Begin();
        while (true)
        {
            var snapshot = subscription.Read(default);
            if (condition(snapshot))
            {
                return snapshot;
            }

            await snapshot.Changed.WaitAsync(patience.Token);
        }
    }

    private async Task<Hosts> StartAsync(bool inMemory, bool works = true)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Events:PollInterval"] = "00:00:00.050";
        if (inMemory)
        {
            settings["Broker:Url"] = BrokerOptions.Memory;
            var one = await TestPipeline.StartAsync(database, settings, script: Script());
            return await Hosts.ReadyAsync(one, one, database, settings);
        }

        var api = await TestPipeline.StartAsync(database, settings, pipeline => pipeline.AddIntake());
        return await Hosts.ReadyAsync(api, works ? await Hosts.StartWorkerAsync(database, settings, Script()) : api, database, settings);
    }

    private sealed class Hosts(TestPipeline api, TestPipeline worker, PostgresDatabase database, Dictionary<string, string?> settings) : IAsyncDisposable
    {
        public TestPipeline Api => api;

        public TestPipeline Worker => worker;

        public JobSubscriptions Subscriptions => api.Services.GetRequiredService<JobSubscriptions>();

        public static async Task<Hosts> ReadyAsync(
            TestPipeline api, TestPipeline worker, PostgresDatabase database, Dictionary<string, string?> settings)
        {
            var hosts = new Hosts(api, worker, database, settings);
            await Eventually.TrueAsync(() => Task.FromResult(hosts.Subscriptions.Address is not null));
            return hosts;
        }

        public static Task<TestPipeline> StartWorkerAsync(PostgresDatabase database, Dictionary<string, string?> settings, HandlerScript script) =>
            TestPipeline.StartAsync(database, settings, pipeline => pipeline.AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>(), script);

        public Task<TestPipeline> StartWorkerAsync(HandlerScript script) => StartWorkerAsync(database, settings, script);

        public async Task SubmitAsync(Guid id, string? subscriber)
        {
            var submission = TestPipeline.OneJob("text");
            submission = submission with { Jobs = [submission.Jobs[0] with { Id = id, Subscriber = subscriber }] };
            (await api.SubmitAsync(submission)).ShouldBeOfType<SubmissionReply.Accepted>();
        }

        public async ValueTask DisposeAsync()
        {
            await api.DisposeAsync();
            if (worker != api)
            {
                await worker.DisposeAsync();
            }
        }
    }
}
