using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LLamaSharp.Tests;

public sealed class LocalModelsTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_file_is_loaded_once_however_it_is_written()
    {
        await using LocalModels models = Create();
        string detour = Path.Combine(Path.GetDirectoryName(EmotionPrompt.ModelPath)!, ".", Path.GetFileName(EmotionPrompt.ModelPath));

        await LoadAsync(models, EmotionPrompt.ModelPath);
        await LoadAsync(models, detour);

        models.Loaded.ShouldHaveSingleItem();
        (await models.ScoreAsync(EmotionPrompt.For("hi") with { Model = detour }, _cancel)).Labels.Count.ShouldBe(7);
        (await models.ScoreAsync(EmotionPrompt.For("hi"), _cancel)).Labels.Count.ShouldBe(7);
    }

    [Fact]
    public async Task Each_request_gets_the_model_that_it_names()
    {
        await using LocalModels models = Create();
        await LoadAsync(models, EmotionPrompt.ModelPath);
        await LoadAsync(models, RandomModel.TinyPath);

        var (small, random) = (await NameAsync(models, EmotionPrompt.ModelPath), await NameAsync(models, RandomModel.TinyPath));

        models.Loaded.Select(model => model.Name).ShouldBe([small!, random!], ignoreOrder: true);
        small.ShouldNotBe(random);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_named()
    {
        await using LocalModels models = Create();

        (await Should.ThrowAsync<InferenceException>(() => models.ScoreAsync(EmotionPrompt.For("hi") with { Model = "/no.gguf" }, _cancel)))
            .Message.ShouldContain("no model /no.gguf here");
    }

    private async Task<string?> NameAsync(LocalModels models, string path)
    {
        var response = await models.GetResponseAsync([new(ChatRole.User, "Hi")], new() { ModelId = path, MaxOutputTokens = 3 }, _cancel);
        return response.ModelId;
    }

    private Task<LocalModel> LoadAsync(LocalModels models, string path) => models.LoadAsync(path, EmotionPrompt.For("warm up"), _cancel);

    private static LocalModels Create() =>
        new(TestEngine.Loader, Options.Create(new InferenceOptions { Threads = 1 }), new(), TimeProvider.System, NullLogger<LocalModels>.Instance);
}
