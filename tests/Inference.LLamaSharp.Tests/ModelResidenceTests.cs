using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Pipeline.Bench.Models;
using Pipeline.Inference.Residence;

namespace Pipeline.Inference.LLamaSharp.Tests;

/// <summary>Two real files in one process whose memory holds one of them.</summary>
public sealed class ModelResidenceTests : IDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-residence-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Models_that_do_not_fit_together_take_turns_and_every_request_gets_the_one_that_it_names()
    {
        await using LocalModels models = await CreateAsync(fitting: 1, "one", "two");

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => AnswerAsync(models, i % 3 is 0 ? "two" : "one")));

        answers.ShouldBe(Enumerable.Range(0, 12).Select(i => i % 3 is 0 ? "two" : "one"));
        models.Status.Count(model => model.Phase is ModelPhase.Loaded).ShouldBe(1);
        models.Status.ShouldAllBe(model => model.LoadTime > TimeSpan.Zero);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_name_moves_there_and_back_under_load_and_no_request_fails(int fitting)
    {
        await using LocalModels models = await CreateAsync(fitting, "one", "two");
        models.Define(new("alias", PathOf("one")));
        using var done = CancellationTokenSource.CreateLinkedTokenSource(_cancel);
        ConcurrentQueue<string> seen = [];
        var load = Enumerable.Range(0, 4).Select(_ => AskUntilAsync(models, seen, done.Token)).ToArray();

        await UntilAsync(models, "one");
        await models.MoveAsync("alias", PathOf("two"), _cancel);
        await UntilAsync(models, "two");
        await UntilAsync(models, "two", seen);
        await models.MoveAsync("alias", PathOf("one"), _cancel);
        await UntilAsync(models, "one");

        await done.CancelAsync();
        await Task.WhenAll(load);
        seen.Distinct().ShouldBe(["one", "two"], ignoreOrder: true);
        models.Status.Single(model => model.Names.Contains("alias")).Path.ShouldBe(PathOf("one"));
    }

    [Fact]
    public async Task One_that_is_larger_than_all_memory_for_models_is_refused_with_the_setting()
    {
        await using LocalModels models = TestEngine.Create(new() { ModelsMiBMax = 1 });

        Write("one").ShouldNotBeNull();
        Should.Throw<Pipeline.Inference.Models.ModelLoadException>(() => models.Define(new("one", PathOf("one")))).Message.ShouldContain("Inference:ModelsMiBMax");
    }

    private async Task<LocalModels> CreateAsync(int fitting, params string[] names)
    {
        foreach (string name in names)
        {
            Write(name);
        }

        InferenceOptions options = new() { ContextTokens = 512, SequencesMax = 8, PrefixesMax = 2 };
        await using LocalModels measuring = TestEngine.Create(options);
        measuring.Define(new("any", PathOf(names[0])));
        long bytes = measuring.Status.Single().Footprint.MainBytes;
        LocalModels models = TestEngine.Create(new()
        {
            ContextTokens = 512, SequencesMax = 8, PrefixesMax = 2, ModelsMiBMax = (int)((((fitting * bytes) + (bytes / 2)) >> 20) + 1),
            ModelWaitMax = TimeSpan.FromMilliseconds(200),
        });
        foreach (string name in names)
        {
            models.Define(new(name, PathOf(name)));
        }

        return models;
    }

    /// <summary>Asks through the alias until its answers are those of a model, also to others.</summary>
    private async Task UntilAsync(LocalModels models, string name, ConcurrentQueue<string>? seen = null)
    {
        while (await AnswerAsync(models, "alias") != name || seen?.Contains(name) is false)
        {
            _cancel.ThrowIfCancellationRequested();
        }
    }

    private async Task AskUntilAsync(LocalModels models, ConcurrentQueue<string> seen, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            seen.Enqueue(await AnswerAsync(models, "alias"));
        }
    }

    private async Task<string> AnswerAsync(LocalModels models, string name) =>
        (await models.GetResponseAsync([new(ChatRole.User, "Hi")], new() { ModelId = name, MaxOutputTokens = 3 }, _cancel)).ModelId!;

    private string PathOf(string name) => Path.Combine(_folder, $"{name}.gguf");

    private string Write(string name)
    {
        ModelWriter.Write(new ModelRecipe { Preset = ModelPreset.Tiny, Name = name }, PathOf(name), CancellationToken.None);
        return PathOf(name);
    }
}
