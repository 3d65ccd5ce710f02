using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Clients;
using Pipeline.Core.Intake;
using Pipeline.Core.Jobs;
using Pipeline.Core.Queues;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Attempts;

/// <summary>Processes of two versions beside each other, in any order of their start.</summary>
public sealed class RollingDeploymentTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_an_old_worker_cannot_do_waits_uncharged_for_a_newer_one(bool knowsTheKind)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        var log = new RecordedLog();
        await using var api = await TestPipeline.StartAsync(database, settings, roles => roles.AddIntake());
        await using var old = await TestPipeline.StartAsync(database, settings, roles =>
        {
            roles.AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>();
            log.Record(roles);
            if (knowsTheKind)
            {
                roles.AddJobHandler<Mood, EmotionResult, MoodHandler<Mood>>();
            }
        });
        Guid[] ids = [await SubmitAsync(api, "emotion", """{"text":"a","tone":"formal"}"""), await SubmitAsync(api, "emotion", """{"text":"b","tone":"formal"}""")];
        await Eventually.TrueAsync(() => ScalarAsync<bool>("select bool_and(attempt >= 2) from jobs where id = any(@ids)", new { ids }));
        await Eventually.TrueAsync(async () => (await api.FindAsync(ids[0])).ErrorCode == JobErrorCode.Deferred);
        (await ScalarAsync<bool>("select bool_and(attempt < 10) from jobs where id = any(@ids)", new { ids })).ShouldBeTrue();

        await using var newer = await TestPipeline.StartAsync(database, settings, roles => roles
            .AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>()
            .AddJobHandler<NewerMood, EmotionResult, MoodHandler<NewerMood>>());

        await old.StopAsync();

        (await Task.WhenAll(ids.Select(api.FinishAsync))).ShouldAllBe(job => job.State == JobState.Succeeded && job.Error == null);
        (await ScalarAsync<int>("select sum(failures)::int from jobs where id = any(@ids)", new { ids })).ShouldBe(0);
        log.Count("Leaving jobs of kind mood to newer workers").ShouldBe(1);
    }

    [Fact]
    public async Task A_new_worker_does_the_jobs_of_an_old_api()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        await using var newer = await TestPipeline.StartAsync(
            database, settings, roles => roles.AddJobHandler<NewerMood, EmotionResult, MoodHandler<NewerMood>>());
        await using var old = await TestPipeline.StartAsync(database, settings, roles => roles.AddIntake().AddKind<Mood, EmotionResult>());

        (await old.FinishAsync(await SubmitAsync(old, "mood", """{"text":"a"}"""))).State.ShouldBe(JobState.Succeeded);
    }

    [Fact]
    public async Task Jobs_of_a_queue_that_no_build_knows_are_seen()
    {
        await using var old = await TestPipeline.StartAsync(database, roles: roles => roles.AddIntake());
        var id = await old.SubmitAsync("text");
        await ScalarAsync<int>("update jobs set kind = 'retired', queue = 'retired-bulk' where id = @id", new { id });

        var statistics = old.Services.GetRequiredService<QueueStatistics>();
        await statistics.SampleAsync(CancellationToken.None);

        statistics.Current.Single(queue => queue.Queue == "retired-bulk").Depth.ShouldBe(1);
        (await old.SubmitAsync(TestPipeline.OneJob("text"))).ShouldBeOfType<SubmissionReply.Accepted>();
    }

    private static async Task<Guid> SubmitAsync(TestPipeline pipeline, string queue, string input)
    {
        var job = TestPipeline.OneJob("text").Jobs[0] with { Kind = Mood.Kind, Queue = queue, InputJson = input };
        await pipeline.SubmitAsync(new Submission { ClientId = Client.LocalId, Jobs = [job] });
        return job.Id;
    }

    private async Task<T?> ScalarAsync<T>(string sql, object parameters)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql, parameters);
    }

    internal sealed class MoodHandler<TJob> : IJobHandler<TJob, EmotionResult>
        where TJob : class, IJob<TJob, EmotionResult>
    {
        public Task<JobOutcome> HandleAsync(TJob job, JobContext context, CancellationToken cancellationToken) => Task.FromResult(HandlerScript.Neutral);
    }
}

/// <summary>A kind as one version knows it.</summary>
internal sealed record Mood : IJob<Mood, EmotionResult>
{
    public static string Kind => "mood";

    public static JsonTypeInfo<Mood> Json => MoodJson.Default.Mood;

    public static JsonTypeInfo<EmotionResult> ResultJson => AnalyzeEmotion.ResultJson;

    public static JobKind<Mood, EmotionResult> Descriptor { get; } = new()
    {
        Title = new("Mood", "기분"),
        Summary = "Guess the mood",
        Examples = [new("One", """{"text":"a"}""")],
        ResultSample = AnalyzeEmotion.Descriptor.ResultSample,
    };

    public required string Text { get; init; }

    public IEnumerable<InputProblem> Validate(InputLimits limits) => [];
}

/// <summary>And the next: a field more.</summary>
internal sealed record NewerMood : IJob<NewerMood, EmotionResult>
{
    public static string Kind => Mood.Kind;

    public static JsonTypeInfo<NewerMood> Json => MoodJson.Default.NewerMood;

    public static JsonTypeInfo<EmotionResult> ResultJson => AnalyzeEmotion.ResultJson;

    public static JobKind<NewerMood, EmotionResult> Descriptor { get; } = new()
    {
        Title = Mood.Descriptor.Title,
        Summary = Mood.Descriptor.Summary,
        Examples = Mood.Descriptor.Examples,
        ResultSample = Mood.Descriptor.ResultSample,
    };

    public required string Text { get; init; }

    public string? Tone { get; init; }

    public IEnumerable<InputProblem> Validate(InputLimits limits) => [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Mood))]
[JsonSerializable(typeof(NewerMood))]
internal sealed partial class MoodJson : JsonSerializerContext;
