using Microsoft.Extensions.Options;
using Pipeline.Inference;
using Pipeline.TestSupport.Services;
using Pipeline.Workers.Inference.Chat;
using Pipeline.Workers.Inference.Emotion;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Tests;

public sealed class ResultFingerprintTests
{
    private static readonly string _model = RepositoryFiles.Path("models", "emotion-mini-q8_0.gguf");
    private static readonly string _otherModel = RepositoryFiles.Path("models", "embedding-mini.gguf");

    [Fact]
    public void An_emotion_depends_on_model_and_options()
    {
        var fingerprint = Emotion(new() { Model = _model });

        fingerprint.ShouldNotBeNull();
        Emotion(new() { Model = _model }).ShouldBe(fingerprint);
        Emotion(new() { Model = _otherModel }).ShouldNotBe(fingerprint);
        Emotion(new() { Model = _model, Temperature = 1.5 }).ShouldNotBe(fingerprint);
        Emotion(new() { Model = _model, ContentFreeText = "N/A" }).ShouldNotBe(fingerprint);
        Emotion(new() { Model = _model, InputTokensMax = 100 }).ShouldNotBe(fingerprint);
    }

    [Fact]
    public void A_written_answer_depends_on_model_options_and_context()
    {
        var fingerprint = Chat(new() { Model = _model });

        fingerprint.ShouldNotBeNull();
        Chat(new() { Model = _model }).ShouldBe(fingerprint);
        Chat(new() { Model = _otherModel }).ShouldNotBe(fingerprint);
        Chat(new() { Model = _model, OutputTokensMax = 100 }).ShouldNotBe(fingerprint);
        Chat(new() { Model = _model, Temperature = 0 }).ShouldNotBe(fingerprint);
        Chat(new() { Model = _model }, contextTokens: 512).ShouldNotBe(fingerprint);
    }

    [Fact]
    public void Nobody_knows_what_a_server_answers_with()
    {
        Emotion(new() { Model = _model }, InferenceBackend.Remote).ShouldBeNull();
        Chat(new() { Model = _model }, backend: InferenceBackend.Remote).ShouldBeNull();
    }

    private static string? Emotion(EmotionOptions options, InferenceBackend backend = InferenceBackend.Local) =>
        new EmotionFingerprint(Options.Create(options), Options.Create(new InferenceOptions { Backend = backend }), TestJobs.Served(backend, options.Model), TestJobs.NoModels()).Describe();

    private static string? Chat(ChatJobOptions options, int contextTokens = 8_192, InferenceBackend backend = InferenceBackend.Local) =>
        new GenerationFingerprint("chat", options, new() { Backend = backend, ContextTokens = contextTokens }, TestJobs.Served(backend, options.Model), TestJobs.NoModels()).Describe();
}
