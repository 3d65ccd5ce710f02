using LLama.Native;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Inference.LLamaSharp.Native;
using Pipeline.Inference.Models;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LLamaSharp.Tests;

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
        await using LocalModels models = TestEngine.Create();
        ModelLoadException error = await Should.ThrowAsync<ModelLoadException>(
            models.LoadAsync("/nowhere/model.gguf", EmotionPrompt.For("x"), _cancel));
        error.Message.ShouldBe("The model file /nowhere/model.gguf does not exist. Correct the path or put the file there.");
    }

    [Fact]
    public async Task Scoring_before_a_model_has_a_name_says_that_there_is_none()
    {
        await using LocalModels models = TestEngine.Create();
        InferenceException error = await Should.ThrowAsync<InferenceException>(() => models.ScoreAsync(EmotionPrompt.For("x"), _cancel));
        error.Message.ShouldContain("none was named");
    }

    [Fact]
    public void Library_of_another_release_is_refused()
    {
        _ = TestEngine.Loader.FindAccelerators();
        LLamaContextParams defaults = LLamaContextParams.Default();
        NativeRuntime.Verify(defaults);
        defaults.n_ubatch = 1;
        Should.Throw<ModelLoadException>(() => NativeRuntime.Verify(defaults)).Message.ShouldContain("default parameters");
    }

    [Fact]
    public void Backend_library_that_is_none_is_refused_with_the_setting()
    {
        string path = Path.Combine(Path.GetTempPath(), $"pipeline-{Guid.CreateVersion7()}.so");
        ModelLoadException missing = Should.Throw<ModelLoadException>(() => WithBackend(path).FindAccelerators());
        missing.Message.ShouldContain($"Inference:BackendLibrary is {path}, which does not exist");
        try
        {
            File.WriteAllText(path, "This is no library.");
            ModelLoadException error = Should.Throw<ModelLoadException>(() => WithBackend(path).FindAccelerators());
            error.Problem.ShouldStartWith($"ggml cannot load the backend library {path}: ");
            error.Remedy.ShouldContain("Inference:BackendLibrary");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Library_that_is_no_backend_is_refused()
    {
        string path = Directory.EnumerateFiles(AppContext.BaseDirectory, "libggml-base*", SearchOption.AllDirectories).First();
        Should.Throw<ModelLoadException>(() => WithBackend(path).FindAccelerators()).Problem.ShouldContain("ggml cannot load the backend library");
    }

    private static LLamaSharpModelLoader WithBackend(string path) =>
        new(Options.Create(new InferenceOptions { BackendLibrary = path }), TimeProvider.System, NullLoggerFactory.Instance);

    private async Task<ModelLoadException> FailToLoadAsync(byte[] bytes)
    {
        string path = Path.Combine(Path.GetTempPath(), $"pipeline-{Guid.CreateVersion7()}.gguf");
        try
        {
            await File.WriteAllBytesAsync(path, bytes, _cancel);
            await using LocalModels models = TestEngine.Create();
            return await Should.ThrowAsync<ModelLoadException>(models.LoadAsync(path, EmotionPrompt.For("x"), _cancel));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
