using Microsoft.Extensions.Options;
using Pipeline.Inference;
using Pipeline.TestSupport.Services;
using Pipeline.Workers.Inference.Chat;
using Pipeline.Workers.Inference.Emotion;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Tests;

public sealed class ResultRecipeTests
{
    private static readonly string _model = RepositoryFiles.Path("models", "emotion-mini-q8_0.gguf");
    private static readonly string _otherModel = RepositoryFiles.Path("models", "embedding-mini.gguf");

    [Fact]
    public void An_emotion_depends_on_model_and_options()
    {
        var recipe = Emotion(new() { Path = _model });

        recipe.ShouldNotBeNull();
        Emotion(new() { Path = _model }).ShouldBe(recipe);
        Emotion(new() { Path = _otherModel }).ShouldNotBe(recipe);
        Emotion(new() { Path = _model, Temperature = 1.5 }).ShouldNotBe(recipe);
        Emotion(new() { Path = _model, ContentFreeText = "N/A" }).ShouldNotBe(recipe);
        Emotion(new() { Path = _model, InputTokensMax = 100 }).ShouldNotBe(recipe);
    }

    [Fact]
    public void A_written_answer_depends_on_model_options_and_context()
    {
        var recipe = Chat(new() { Path = _model });

        recipe.ShouldNotBeNull();
        Chat(new() { Path = _model }).ShouldBe(recipe);
        Chat(new() { Path = _otherModel }).ShouldNotBe(recipe);
        Chat(new() { Path = _model, OutputTokensMax = 100 }).ShouldNotBe(recipe);
        Chat(new() { Path = _model, Temperature = 0 }).ShouldNotBe(recipe);
        Chat(new() { Path = _model }, contextTokens: 512).ShouldNotBe(recipe);
    }

    [Fact]
    public void Nobody_knows_what_a_server_answers_with()
    {
        Emotion(new() { Path = _model }, InferenceOptions.Remote).ShouldBeNull();
        Chat(new() { Path = _model }, backend: InferenceOptions.Remote).ShouldBeNull();
    }

    private static string? Emotion(EmotionOptions options, string backend = "Auto") =>
        new EmotionRecipe(Options.Create(options), Options.Create(new InferenceOptions { Backend = backend })).Describe();

    private static string? Chat(ChatJobOptions options, int contextTokens = 8_192, string backend = "Auto") =>
        new GenerationRecipe("chat", options, new() { Backend = backend, ContextTokens = contextTokens }).Describe();
}
