using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Models;
using Pipeline.Inference.Remote.Fallback;
using Pipeline.Inference.Remote.OpenAi;

namespace Pipeline.Inference.Remote.Tests;

/// <summary>What an operator turns on stands behind the seams, and what is missing for it is said at the start.</summary>
public sealed class RemoteRegistrationTests
{
    private static readonly Dictionary<string, string?> Remote = new()
    {
        ["Inference:Backend"] = "Remote",
        ["Inference:Remote:BaseUrl"] = "http://127.0.0.1:8000/v1",
        ["Inference:Remote:Model"] = "qwen",
    };

    private static readonly Dictionary<string, string?> Fallback = new()
    {
        ["Fallback:Enabled"] = "true",
        ["Fallback:Provider"] = "Anthropic",
        ["Fallback:Model"] = "claude",
    };

    [Fact]
    public async Task The_local_engines_stay_unless_something_else_is_turned_on()
    {
        await using ServiceProvider services = Build([]);

        services.GetRequiredService<ILabelScorer>().ShouldBeOfType<LocalModels>();
        services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().ShouldBeOfType<EmbeddingEngine>();
        Validate(services);
    }

    [Fact]
    public async Task A_remote_backend_scores_and_chats_on_the_server_and_embeds_there_only_with_a_model_for_it()
    {
        await using ServiceProvider chat = Build(Remote);
        await using ServiceProvider both = Build(new(Remote) { ["Inference:Remote:EmbeddingModel"] = "bge" });

        Validate(chat);
        chat.GetRequiredService<ILabelScorer>().ShouldBeOfType<OpenAiLabelScorer>();
        chat.GetRequiredService<IChatClient>().ShouldBeOfType<OpenAiChatClient>();
        chat.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().ShouldBeOfType<EmbeddingEngine>();
        both.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().ShouldBeOfType<OpenAiEmbeddingGenerator>();
    }

    [Fact]
    public async Task The_fallback_stands_before_whichever_engine_was_chosen()
    {
        await using ServiceProvider local = Build(Fallback, ("ANTHROPIC_API_KEY", Endpoints.Secret));
        await using ServiceProvider remote = Build(new(Remote.Concat(Fallback)), ("ANTHROPIC_API_KEY", Endpoints.Secret));

        Validate(local);
        local.GetRequiredService<ILabelScorer>().ShouldBeOfType<FallbackLabelScorer>();
        remote.GetRequiredService<IChatClient>().ShouldBeOfType<FallbackChatClient>().GetService(typeof(OpenAiChatClient)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("Inference:Remote:BaseUrl", null, "Inference:Remote:BaseUrl is not set")]
    [InlineData("Inference:Remote:BaseUrl", "ftp://server/v1", "not an HTTP address")]
    [InlineData("Inference:Remote:BaseUrl", "http://user:pass@server/v1", "environment variable instead")]
    [InlineData("Inference:Remote:Model", "", "Inference:Remote:Model is not set")]
    [InlineData("Inference:Remote:ApiKeyVariable", "NO_SUCH_KEY", "NO_SUCH_KEY")]
    [InlineData("Inference:Remote:Timeout", "00:00:00", "Timeout")]
    [InlineData("Inference:Remote:EmbeddingBatchMax", "0", "EmbeddingBatchMax")]
    public async Task A_remote_backend_that_can_not_work_says_why(string setting, string? value, string expected)
    {
        await using ServiceProvider services = Build(new(Remote) { [setting] = value });

        Should.Throw<OptionsValidationException>(() => Validate(services)).Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData("Fallback:Provider", "Anthropic", "ANTHROPIC_API_KEY is not set")]
    [InlineData("Fallback:Provider", "OpenAI", "OPENAI_API_KEY is not set")]
    [InlineData("Fallback:Model", null, "Fallback:Model is not set")]
    [InlineData("Fallback:Timeout", "01:00:00", "Timeout")]
    [InlineData("Fallback:Provider", "7", "Provider")]
    public async Task A_fallback_that_can_not_work_says_why(string setting, string? value, string expected)
    {
        await using ServiceProvider services = Build(new(Fallback) { [setting] = value });

        Should.Throw<OptionsValidationException>(() => Validate(services)).Message.ShouldContain(expected);
    }

    [Fact]
    public async Task A_fallback_that_is_off_needs_nothing()
    {
        await using ServiceProvider services = Build(new() { ["Fallback:Provider"] = "Anthropic" });

        Validate(services);
        services.GetRequiredService<ILabelScorer>().ShouldBeOfType<LocalModels>();
    }

    private static ServiceProvider Build(Dictionary<string, string?> settings, params (string Name, string Value)[] variables)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        return new ServiceCollection()
            .AddLogging()
            .AddSingleton(new ProviderKeys(name => variables.FirstOrDefault(variable => variable.Name == name).Value))
            .AddSingleton<IModelLoader, NoModels>()
            .AddInference(configuration)
            .AddEmbeddings(configuration)
            .AddRemoteInference(configuration)
            .AddRemoteEmbeddings(configuration)
            .AddFallback(configuration)
            .BuildServiceProvider();
    }

    private static void Validate(ServiceProvider services) => services.GetRequiredService<IStartupValidator>().Validate();

    private sealed class NoModels : IModelLoader
    {
        public IReadOnlyList<Accelerator> FindAccelerators() => [];

        public ILanguageModel Load(string path, ModelParameters parameters) => throw new ModelLoadException($"{path} is not to be loaded here.", "Ask the server.");
    }
}
