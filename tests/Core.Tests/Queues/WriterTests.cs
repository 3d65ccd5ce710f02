using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Batches;
using Pipeline.Core.Clients;
using Pipeline.Core.Hosting;
using Pipeline.Core.Intake;
using Pipeline.Core.Queues;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Queues;

/// <summary>Emotion stands for a kind whose model has to write.</summary>
public sealed class WriterTests : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_no_living_worker_can_write_is_refused_and_taken_again_once_one_can()
    {
        var settings = await TestPipeline.SettingsAsync(_database);
        await using var accepting = await TestPipeline.StartAsync(_database, settings, roles => roles.AddIntake());
        var statistics = accepting.Services.GetRequiredService<QueueStatistics>();
        await using var mute = await StartAsync(settings, "Kinds:Emotion:Model");

        await statistics.SampleAsync(Token);

        (await accepting.SubmitAsync(TestPipeline.OneJob("a"))).ShouldBe(new SubmissionReply.ModelCannotWrite("emotion", "Kinds:Emotion:Model"));
        (await accepting.SubmitAsync(TestPipeline.OneJob("a", key: new("key", [1])))).ShouldBeOfType<SubmissionReply.ModelCannotWrite>();
        (await accepting.Services.GetRequiredService<BatchIntake>().SubmitAsync(Batch(), Token)).ShouldBe(new BatchReply.ModelCannotWrite("emotion", "Kinds:Emotion:Model"));
        (await new WriterStore(_database.DataSource).CanWriteAsync("emotion", Token)).ShouldBeFalse();

        await using var writer = await StartAsync(settings, null);
        await statistics.SampleAsync(Token);

        (await new WriterStore(_database.DataSource).CanWriteAsync("emotion", Token)).ShouldBeTrue();
        var id = await accepting.SubmitAsync("b");
        (await accepting.FinishAsync(id)).State.ShouldBe(JobState.Succeeded);
        writer.Script.Calls.Count.ShouldBe(1);
        mute.Script.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_last_word_of_workers_that_left_counts_and_repeats_are_answered()
    {
        var settings = await TestPipeline.SettingsAsync(_database);
        await using var accepting = await TestPipeline.StartAsync(_database, settings, roles => roles.AddIntake());
        var statistics = accepting.Services.GetRequiredService<QueueStatistics>();
        var submission = TestPipeline.OneJob("a", key: new("repeat", [1]));
        (await accepting.SubmitAsync(submission)).ShouldBeOfType<SubmissionReply.Accepted>();
        await using (await StartAsync(settings, "Kinds:Emotion:Model"))
        {
            await statistics.SampleAsync(Token);
        }

        await statistics.SampleAsync(Token);

        (await accepting.SubmitAsync(TestPipeline.OneJob("b"))).ShouldBeOfType<SubmissionReply.ModelCannotWrite>();
        (await accepting.SubmitAsync(submission with { Jobs = TestPipeline.OneJob("a").Jobs })).ShouldBeOfType<SubmissionReply.Accepted>().Replayed.ShouldBeTrue();
    }

    [Fact]
    public async Task A_worker_to_which_no_queue_is_left_does_not_start()
    {
        var settings = await TestPipeline.SettingsAsync(_database);
        settings["Worker:Queues"] = "emotion-bulk";

        (await Should.ThrowAsync<StartupException>(() => StartAsync(settings, "Kinds:Emotion:Model", embeds: false))).Message.ShouldContain("Set Kinds:Emotion:Model");
    }

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static NewBatch Batch() => new()
    {
        Id = Guid.CreateVersion7(),
        ClientId = Client.LocalId,
        Queues = new Dictionary<string, int> { ["emotion-bulk"] = 1 },
        Items = () => [new() { Kind = "emotion", Queue = "emotion-bulk", InputJson = """{"text":"a"}""" }],
    };

    /// <param name="missing">What its check tells.</param>
    /// <param name="embeds">Whether it has another kind to do.</param>
    private Task<TestPipeline> StartAsync(Dictionary<string, string?> settings, string? missing, bool embeds = true) => TestPipeline.StartAsync(
        _database,
        new(settings),
        roles =>
        {
            roles.Services.AddSingleton<IWriterCheck>(new Check(missing));
            roles.AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>();
            if (embeds)
            {
                roles.AddJobHandler<EmbedTexts, EmbeddingResult, NoEmbedding>();
            }
        });

    private sealed record Check(string? MissingSetting) : IWriterCheck
    {
        public string Kind => "emotion";
    }

    private sealed class NoEmbedding : IJobHandler<EmbedTexts, EmbeddingResult>
    {
        public Task<JobOutcome> HandleAsync(EmbedTexts job, JobContext context, CancellationToken cancellationToken) =>
            Task.FromResult<JobOutcome>(new JobOutcome.Rejected("No model."));
    }
}
