using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Intake;
using Pipeline.Core.Jobs;
using Pipeline.Core.Models;
using Pipeline.Inference;
using Pipeline.Inference.LLamaSharp;
using Pipeline.Inference.Models;
using Pipeline.Inference.Residence;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Tests;

/// <summary>Files that cannot be loaded when a worker starts: whose jobs fail, what they are told, and how that is mended.</summary>
public sealed class ModelStartTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-model-start-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("missing", "does not exist")]
    [InlineData("damaged", "truncated")]
    [InlineData("huge", "Inference:ModelsMiBMax")]
    [InlineData("adapter", "Models:large:Adapters:support")]
    public async Task A_file_that_cannot_be_loaded_fails_its_own_jobs_with_the_reason_until_the_name_moves_to_a_good_one(string fault, string reason)
    {
        await using var worker = await StartAsync(fault);
        var report = worker.Services.GetRequiredService<ModelReport>();

        (await AskAsync(worker, model: null)).State.ShouldBe(JobState.Succeeded);
        var failed = await AskAsync(worker, "large");
        (failed.State, failed.Error!).ShouldSatisfyAllConditions(
            job => job.State.ShouldBe(JobState.Failed), job => job.Item2.ShouldContain("The model large cannot be loaded: "), job => job.Item2.ShouldContain(reason));
        var refused = report.Read().Single(model => model.Names.Contains("large"));
        (refused.State, refused.File, refused.MemoryMib, refused.Kinds.Single()).ShouldBe((WorkerModel.Refused, PathOf(fault), 0, AnalyzeEmotion.Kind));
        refused.Error.ShouldNotBeNull().ShouldContain(reason);

        if (fault is "adapter")
        {
            return; // Which comes along wherever the name moves.
        }

        File.Copy(EmotionPrompt.ModelPath, PathOf("good"));
        await worker.Services.GetRequiredService<ModelFileStore>().MoveAsync("large", PathOf("good"), Core.Clients.Client.LocalId, _cancel);
        await Eventually.TrueAsync(() => Task.FromResult(report.Read().Any(model => model.Names.Contains("large") && model is { State: not WorkerModel.Refused, Error: null })));
        (await AskAsync(worker, "large")).State.ShouldBe(JobState.Succeeded);
        await worker.Services.GetRequiredService<ModelFileStore>().MoveBackAsync("large", _cancel);
    }

    [Fact]
    public async Task The_own_model_of_a_kind_ends_the_start_before_a_job_is_taken()
    {
        var settings = await SettingsAsync("missing");
        settings["Kinds:Emotion:Model"] = "large";

        (await Should.ThrowAsync<StartupException>(() => TestPipeline.StartAsync(settings, Roles))).Message.ShouldContain(PathOf("missing"));
    }

    [Fact]
    public async Task A_file_that_somebody_mends_is_found_without_a_move()
    {
        ManualTime time = new();
        await using LocalModels models = new(
            new LLamaSharpModelLoader(Options.Create(new InferenceOptions()), time, NullLoggerFactory.Instance), Options.Create(new InferenceOptions { Threads = 1 }), new(), time, NullLogger<LocalModels>.Instance);
        var served = TestJobs.Served(model: "large", settings: [new("Models:large:Path", PathOf("late"))]);
        using ModelMoves moves = new(new(database.DataSource), models, served, Options.Create(new InferenceOptions()), time, NullLogger<ModelMoves>.Instance);
        Should.Throw<ModelLoadException>(() => models.Define(served.Of("chat").First()));
        await moves.MoveAsync(_cancel);

        File.Copy(EmotionPrompt.ModelPath, PathOf("late"));
        await moves.MoveAsync(_cancel);
        models.RefusedFileOf("large").ShouldBe(PathOf("late"), "the same file is not read every second");
        time.Advance(TimeSpan.FromSeconds(10));
        await moves.MoveAsync(_cancel);

        var status = models.Status.ShouldHaveSingleItem();
        (status.IsRefused, status.Error, status.Phase, models.FileOf("large")).ShouldBe((false, null, ModelPhase.Absent, PathOf("late")));
    }

    private static void Roles(PipelineBuilder pipeline) => pipeline.AddIntake().AddInferenceWorker();

    private async Task<TestPipeline> StartAsync(string fault) => await TestPipeline.StartAsync(await SettingsAsync(fault), Roles);

    private async Task<Dictionary<string, string?>> SettingsAsync(string fault)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Worker:Queues"] = "emotion";
        settings["Kinds:Emotion:Model"] = EmotionPrompt.ModelPath;
        settings["Inference:Threads"] = "1";
        settings["Inference:ContextTokens"] = "2048";
        settings["Models:large:Path"] = await WriteAsync(fault);
        settings["Models:large:Kinds"] = "emotion";
        if (fault is "adapter")
        {
            settings["Models:large:Adapters:support"] = "/nowhere/support.gguf";
        }

        return settings;
    }

    private async Task<string> WriteAsync(string fault)
    {
        switch (fault)
        {
            case "damaged":
                var whole = await File.ReadAllBytesAsync(EmotionPrompt.ModelPath, _cancel);
                await File.WriteAllBytesAsync(PathOf(fault), whole[..(whole.Length / 2)], _cancel);
                break;
            case "huge":
                File.Move(SparseModel.Create(weights: 500_000_000_000), PathOf(fault));
                break;
            case "adapter":
                File.Copy(EmotionPrompt.ModelPath, PathOf(fault));
                break;
        }

        return PathOf(fault);
    }

    private static async Task<Job> AskAsync(TestPipeline worker, string? model)
    {
        var submission = TestPipeline.OneJob("What a day.");
        var job = submission.Jobs[0] with { InputJson = System.Text.Json.JsonSerializer.Serialize(new AnalyzeEmotion { Text = "What a day.", Model = model }, AnalyzeEmotion.Json) };
        (await worker.SubmitAsync(submission with { Jobs = [job] })).ShouldBeOfType<SubmissionReply.Accepted>();
        return await worker.FinishAsync(job.Id);
    }

    private string PathOf(string name) => Path.Combine(_folder, $"{name}.gguf");
}
