using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;
using Pipeline.Inference.Residence;

namespace Pipeline.Inference.LLamaSharp.Tests;

/// <summary>LoRA adapters beside a model, in one process.</summary>
public sealed class AdapterTests : IDisposable
{
    private static readonly string[] Labels = ["joy", "sadness", "anger", "fear"];

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-adapters-").FullName;
    private readonly TinyAdapter _adapter = new(seed: 1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(0.5f)]
    public async Task Through_an_adapter_a_model_says_what_it_would_with_merged_weights(float scale)
    {
        string model = TinyAdapter.WriteModel(PathOf("tiny"));
        await using LocalModels models = Create(model, new ModelAdapter("one", _adapter.Write(PathOf("one")), scale));
        models.Define(new("merged", _adapter.WriteMerged(model, PathOf("merged"), scale)));

        LabelScores plain = await ScoreAsync(models, "tiny"), through = await ScoreAsync(models, "tiny:one"), merged = await ScoreAsync(models, "merged");

        (through.Model, through.ModelVersion!.StartsWith(plain.ModelVersion + "-", StringComparison.Ordinal)).ShouldBe(("tiny:one", true));
        Distance(through, merged).ShouldBeLessThan(1e-3);
        Distance(through, plain).ShouldBeGreaterThan(0.05);
        (await AnswerAsync(models, "tiny:one")).ShouldBe(await AnswerAsync(models, "merged"));
        (await AnswerAsync(models, "tiny:one")).ShouldNotBe(await AnswerAsync(models, "tiny"));
    }

    [Fact]
    public async Task Requests_of_a_model_and_of_its_adapters_run_side_by_side_with_the_weights_once()
    {
        await using LocalModels models = Create(
            TinyAdapter.WriteModel(PathOf("tiny")), new("one", _adapter.Write(PathOf("one"))), new("two", new TinyAdapter(seed: 2).Write(PathOf("two"))));
        string[] names = ["tiny", "tiny:one", "tiny:two"];
        List<string> alone = [];
        foreach (string name in names)
        {
            alone.Add(await AnswerAsync(models, name));
        }

        string[] together = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => AnswerAsync(models, names[i % 3])));

        alone.Distinct().Count().ShouldBe(3);
        together.ShouldBe(Enumerable.Range(0, 12).Select(i => alone[i % 3]));
        ModelStatus status = models.Status.ShouldHaveSingleItem();
        (status.Names.Order(StringComparer.Ordinal).SequenceEqual(names), status.Phase, models.Loads).ShouldBe((true, ModelPhase.Loaded, 1));
    }

    [Fact]
    public async Task A_name_moves_to_another_file_together_with_its_adapters()
    {
        string model = TinyAdapter.WriteModel(PathOf("tiny"));
        await using LocalModels models = Create(model, new ModelAdapter("one", _adapter.Write(PathOf("one"))));
        string before = await AnswerAsync(models, "tiny:one");
        File.Copy(model, PathOf("copy"));

        await models.MoveAsync("tiny", PathOf("copy"), _cancel);
        await models.MoveAsync("tiny:one", PathOf("copy"), _cancel);

        (await AnswerAsync(models, "tiny:one")).ShouldBe(before);
        models.FileOf("tiny:one").ShouldBe(PathOf("copy"));
    }

    [Fact]
    public void What_is_no_adapter_of_the_model_is_refused_with_the_setting()
    {
        string model = TinyAdapter.WriteModel(PathOf("tiny"));

        Refusal(PathOf("missing")).ShouldStartWith("Models:tiny:Adapters:bad: The model file");
        Refusal(model).ShouldContain("which is a model and no adapter.");
        Refusal(_adapter.Write(PathOf("bad"), architecture: "qwen2")).ShouldContain("is for models of architecture qwen2, and tiny is llama.");
        Refusal(_adapter.Write(PathOf("bad"), type: "control_vector")).ShouldContain("is an adapter of type control_vector, and only lora is known.");

        string Refusal(string path)
        {
            using LocalModels models = TestEngine.Create(new() { ContextTokens = 512 });
            return Should.Throw<ModelLoadException>(() => models.Define(new("tiny", model) { Adapters = [new("bad", path)] })).Message;
        }
    }

    [Fact]
    public async Task One_whose_matrices_do_not_fit_is_refused_when_the_model_is_loaded()
    {
        await using LocalModels models = Create(TinyAdapter.WriteModel(PathOf("tiny")), new ModelAdapter("one", _adapter.Write(PathOf("one"), inputsMore: 32)));

        (await Should.ThrowAsync<ModelLoadException>(() => models.LoadAsync("tiny", _cancel))).Message.ShouldContain("cannot load the adapter");
    }

    private static LocalModels Create(string path, params ModelAdapter[] adapters)
    {
        LocalModels models = TestEngine.Create(new() { ContextTokens = 1_024, SequencesMax = 8, PrefixesMax = 4 });
        NamedModel model = new("tiny", path) { Adapters = adapters };
        models.Define(model);
        foreach (ModelAdapter adapter in adapters)
        {
            models.Define(model.Through(adapter));
        }

        return models;
    }

    private Task<LabelScores> ScoreAsync(LocalModels models, string name) => models.ScoreAsync(
        new() { Messages = [new(ChatRole.System, "Name the emotion of what the user writes."), new(ChatRole.User, "Today was a good day.")], Labels = Labels, Model = name, Cache = CacheScope.Public }, _cancel);

    private async Task<string> AnswerAsync(LocalModels models, string name) => (await models.GetResponseAsync(
        [new(ChatRole.System, "Answer in one sentence, and be kind."), new(ChatRole.User, "Hello, how are you?")], new() { ModelId = name, MaxOutputTokens = 16, Temperature = 0 }, _cancel)).Text;

    private static double Distance(LabelScores one, LabelScores other) =>
        one.Labels.Zip(other.Labels, (a, b) => Math.Abs(a.LogProbability - b.LogProbability)).Max();

    private string PathOf(string name) => Path.Combine(_folder, $"{name}.gguf");
}
