using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Broker;
using Pipeline.Core.Jobs;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Attempts;

/// <summary>What jobs need from outside of the process goes away and comes back.</summary>
public sealed class DependencyTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IDisposable
{
    private readonly SemaphoreSlim _probed = new(0);
    private volatile bool _isAway;

    public void Dispose() => _probed.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(BrokerOptions.Memory)]
    public async Task Jobs_wait_uncharged_while_what_they_need_is_away_and_go_on_by_themselves(string? broker)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Broker:Url"] = broker ?? settings["Broker:Url"];
        var log = new RecordedLog();
        await using var pipeline = await StartAsync(settings, log);
        await pipeline.FinishAsync(await pipeline.SubmitAsync("before"));

        _isAway = true;
        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => pipeline.SubmitAsync($"text {i}")));
        await _probed.WaitAsync(Patience.Limit);
        await _probed.WaitAsync(Patience.Limit);

        // Since the outage was noticed none has been tried again.
        var calls = pipeline.Script.Calls.Count;
        await _probed.WaitAsync(Patience.Limit);
        pipeline.Script.Calls.Count.ShouldBe(calls);
        await Eventually.TrueAsync(async () => (await pipeline.FindAsync(ids[0])).State == JobState.Queued);
        _isAway = false;

        (await Task.WhenAll(ids.Select(pipeline.FinishAsync))).ShouldAllBe(job => job.State == JobState.Succeeded && job.Attempt <= 3);
        (await FailuresAsync(ids)).ShouldBe(0);
        await Eventually.TrueAsync(() => Task.FromResult(log.Count("is back after") == 1));
        log.Count("The oracle is away").ShouldBe(1);
        log.Count("threw in attempt").ShouldBe(0);
    }

    [Fact]
    public async Task A_worker_whose_dependency_is_away_leaves_the_jobs_to_others()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        _isAway = true;
        await using var without = await StartAsync(settings);
        var id = await without.SubmitAsync("text");
        await _probed.WaitAsync(Patience.Limit);

        await using var with = await TestPipeline.StartAsync(database, settings);

        (await with.FinishAsync(id)).State.ShouldBe(JobState.Succeeded);
        (await FailuresAsync([id])).ShouldBe(0);
        await Eventually.TrueAsync(() => ScalarAsync<bool>("select bool_or(slots = '{0,0}') from workers where lease_until > now()", new { }));
    }

    [Fact]
    public async Task A_failure_while_the_dependency_answers_is_the_jobs_own()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        await using var pipeline = await StartAsync(settings);
        pipeline.Script.Run = (_, _, _) => throw new InvalidOperationException("unclear");

        var job = await pipeline.FinishAsync(await pipeline.SubmitAsync("text"));

        (job.State, job.ErrorCode).ShouldBe((JobState.Failed, JobErrorCode.Exception));
        (await FailuresAsync([job.Id])).ShouldBe(5);
    }

    [Fact]
    public async Task A_job_that_its_server_refuses_again_and_again_beside_others_that_succeed_is_charged_in_the_end()
    {
        using var state = new DependencyState(Oracle(), new ManualTime(), NullLogger.Instance);
        var failure = new AwayException();
        (await state.IsToBlameAsync(failure, attempt: 1, CancellationToken.None)).ShouldBeTrue();

        // The outage lasts: however often the job was started.
        (await state.IsToBlameAsync(failure, DependencyState.StartsUnchargedMax + 1, CancellationToken.None)).ShouldBeTrue();

        // For others the dependency was here all the while.
        using var other = new DependencyState(Oracle(), new ManualTime(), NullLogger.Instance);
        (await other.IsToBlameAsync(failure, DependencyState.StartsUnchargedMax + 1, CancellationToken.None)).ShouldBeFalse();
    }

    private Task<TestPipeline> StartAsync(Dictionary<string, string?> settings, RecordedLog? log = null)
    {
        var script = new HandlerScript { Run = (_, _, _) => _isAway ? throw new AwayException() : Task.FromResult(HandlerScript.Neutral) };
        return TestPipeline.StartAsync(
            database,
            settings,
            roles =>
            {
                roles.AddIntake().AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>();
                roles.Services.AddSingleton(Oracle());
                log?.Record(roles);
            },
            script);
    }

    private JobDependency Oracle() => new()
    {
        Name = "The oracle",
        Kinds = [AnalyzeEmotion.Kind],
        Judge = failure => failure is AwayException ? DependencyFault.Away : DependencyFault.Unclear,
        ProbeAsync = _ =>
        {
            _probed.Release();
            return _isAway ? throw new AwayException() : Task.CompletedTask;
        },
    };

    private Task<int> FailuresAsync(Guid[] ids) => ScalarAsync<int>("select sum(failures)::int from jobs where id = any(@ids)", new { ids });

    private async Task<T?> ScalarAsync<T>(string sql, object parameters)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql, parameters);
    }

    private sealed class AwayException : Exception;
}
