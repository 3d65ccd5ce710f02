using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Inference.LlamaCpp.Native;
using Pipeline.Inference.Models;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LlamaCpp.Tests;

public sealed class LoadingTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Truncated_file_is_refused_before_native_code_sees_it()
    {
        byte[] whole = await File.ReadAllBytesAsync(EmotionPrompt.ModelPath, _cancel);
        ModelLoadException error = await FailToLoadAsync(whole[..(whole.Length - 4_096)]);
        error.Problem.ShouldContain("truncated");
        error.Remedy.ShouldContain("again");
    }

    [Fact]
    public async Task Unsupported_architecture_is_named()
    {
        byte[] bytes = await File.ReadAllBytesAsync(EmotionPrompt.ModelPath, _cancel);
        int at = bytes.AsSpan().IndexOf("\u0005\0\0\0\0\0\0\0llama"u8);
        "zebra"u8.CopyTo(bytes.AsSpan(at + 8));
        ModelLoadException error = await FailToLoadAsync(bytes);
        error.Problem.ShouldContain("zebra");
    }

    [Fact]
    public async Task Missing_file_is_one_sentence_with_a_remedy()
    {
        await using InferenceEngine engine = TestEngine.Create();
        ModelLoadException error = await Should.ThrowAsync<ModelLoadException>(
            engine.LoadAsync("/nowhere/model.gguf", EmotionPrompt.For("x"), _cancel));
        error.Message.ShouldBe("The model file /nowhere/model.gguf does not exist. Correct the path or put the file there.");
    }

    [Fact]
    public async Task Scoring_before_loading_says_what_to_call()
    {
        await using InferenceEngine engine = TestEngine.Create();
        InferenceException error = await Should.ThrowAsync<InferenceException>(() => engine.ScoreAsync(EmotionPrompt.For("x"), _cancel));
        error.Message.ShouldContain("LoadAsync");
    }

    [Fact]
    public void Unknown_library_directory_names_the_setting()
    {
        LlamaModelLoader loader = new(Options.Create(new LlamaCppOptions { LibraryDirectory = "/nowhere" }), NullLoggerFactory.Instance);
        Should.Throw<ModelLoadException>(() => loader.FindAccelerators()).Message.ShouldContain("LlamaCpp:LibraryDirectory is /nowhere");
    }

    [Fact]
    public void Library_of_another_release_is_refused()
    {
        _ = TestEngine.Loader.FindAccelerators();
        LlamaModelParams model = LlamaApi.llama_model_default_params();
        LlamaContextParams context = LlamaApi.llama_context_default_params();
        StructCheck.Verify("0.5.0-dev", model, context);
        Should.Throw<ModelLoadException>(() => StructCheck.Verify("0.6.1", model, context)).Message.ShouldContain("0.6.1");
        context.KvUnified = 1;
        Should.Throw<ModelLoadException>(() => StructCheck.Verify("0.5.0-dev", model, context)).Message.ShouldContain("default parameters");
    }

    [Fact]
    public async Task Unknown_backend_lists_the_ones_there_are()
    {
        await using InferenceEngine engine = TestEngine.Create(new() { Backend = "Abacus" });
        ModelLoadException error = await Should.ThrowAsync<ModelLoadException>(engine.LoadAsync(EmotionPrompt.ModelPath, EmotionPrompt.For("x"), _cancel));
        error.Message.ShouldContain("LlamaCpp");
    }

    private async Task<ModelLoadException> FailToLoadAsync(byte[] bytes)
    {
        string path = Path.Combine(Path.GetTempPath(), $"pipeline-{Guid.CreateVersion7()}.gguf");
        try
        {
            await File.WriteAllBytesAsync(path, bytes, _cancel);
            await using InferenceEngine engine = TestEngine.Create();
            return await Should.ThrowAsync<ModelLoadException>(engine.LoadAsync(path, EmotionPrompt.For("x"), _cancel));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
