using System.ClientModel;
using System.ComponentModel;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Connectors.OpenAI;
using OpenAI;
using OpenAI.Chat;
using Pipeline.Bench.Models;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>OpenAI's .NET library, and what builds on it, as they are published, against API and workers as processes.</summary>
public sealed class OpenAiDotNetTests(OpenAiDotNetTests.Servers servers) : IClassFixture<OpenAiDotNetTests.Servers>
{
    private static readonly ChatTool Weather = ChatTool.CreateFunctionTool(
        "get_weather", "Weather of a city.", BinaryData.FromString("""{"type":"object","properties":{"city":{"enum":["Seoul","Busan"]}},"required":["city"],"additionalProperties":false}"""));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenAIs_library_chats_streams_lists_embeds_and_calls()
    {
        var chat = servers.Client.GetChatClient("chat");
        (await chat.CompleteChatAsync([new UserChatMessage("hi")], new() { MaxOutputTokenCount = 8 }, Token)).Value.Content[0].Text.ShouldNotBeNullOrEmpty();

        var pieces = 0;
        await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage("hi")], new ChatCompletionOptions { MaxOutputTokenCount = 8 }, Token))
        {
            pieces += update.ContentUpdate.Count;
        }

        pieces.ShouldBeGreaterThan(0);
        (await servers.Client.GetOpenAIModelClient().GetModelsAsync(Token)).Value.Select(model => model.Id).ShouldContain("chat");
        (await servers.Client.GetEmbeddingClient("embedding").GenerateEmbeddingsAsync(["a", "b"], cancellationToken: Token)).Value.Count.ShouldBe(2);

        ChatCompletionOptions calling = new() { Tools = { Weather }, ToolChoice = ChatToolChoice.CreateRequiredChoice(), MaxOutputTokenCount = 300 };
        var answer = (await chat.CompleteChatAsync([new UserChatMessage("Weather?")], calling, Token)).Value;
        answer.FinishReason.ShouldBe(OpenAI.Chat.ChatFinishReason.ToolCalls);
        List<OpenAI.Chat.ChatMessage> history = [new UserChatMessage("Weather?"), new AssistantChatMessage(answer)];
        history.AddRange(answer.ToolCalls.Select(call => new ToolChatMessage(call.Id, "sunny")));
        (await chat.CompleteChatAsync(history, new() { Tools = { Weather }, ToolChoice = ChatToolChoice.CreateNoneChoice(), MaxOutputTokenCount = 8 }, Token)).Value.ToolCalls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stream_that_cannot_be_answered_throws()
    {
        var chat = servers.Client.GetChatClient("chat");
        var failure = await Should.ThrowAsync<ClientResultException>(async () =>
        {
            await foreach (var _ in chat.CompleteChatStreamingAsync([new UserChatMessage(new string('힣', 19_000))], new ChatCompletionOptions { MaxOutputTokenCount = 8 }, Token))
            {
            }
        });

        failure.Status.ShouldBe(400);
        failure.Message.ShouldContain("context_length_exceeded");
    }

    [Fact]
    public async Task The_abstractions_of_Microsoft_fill_in_forms_call_functions_and_embed()
    {
        using var chat = servers.Client.GetChatClient("chat").AsIChatClient().AsBuilder().UseFunctionInvocation(configure: invocation => invocation.MaximumIterationsPerRequest = 1).Build();

        var form = await chat.GetResponseAsync<Animal>("A pet?", new ChatOptions { MaxOutputTokens = 1_500 }, useJsonSchemaResponseFormat: true, cancellationToken: Token);
        form.Result.ShouldNotBeNull();

        List<string> called = [];
        var tool = AIFunctionFactory.Create((City city) => { called.Add($"{city}"); return "sunny"; }, "get_weather");
        await chat.GetResponseAsync("Weather?", new ChatOptions { Tools = [tool], ToolMode = ChatToolMode.RequireAny, MaxOutputTokens = 300 }, Token);
        called.ShouldNotBeEmpty();

        using var embeddings = servers.Client.GetEmbeddingClient("embedding").AsIEmbeddingGenerator();
        (await embeddings.GenerateAsync(["a", "b"], cancellationToken: Token)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Semantic_Kernel_chats_streams_and_calls()
    {
        var kernel = Kernel.CreateBuilder().AddOpenAIChatCompletion("chat", servers.Client).Build();
        var chat = kernel.GetRequiredService<IChatCompletionService>();
        ChatHistory history = new("Be brief.");
        history.AddUserMessage("hi");

        (await chat.GetChatMessageContentAsync(history, new OpenAIPromptExecutionSettings { MaxTokens = 8 }, kernel, Token)).Content.ShouldNotBeNullOrEmpty();
        var pieces = 0;
        await foreach (var _ in chat.GetStreamingChatMessageContentsAsync(history, new OpenAIPromptExecutionSettings { MaxTokens = 8 }, kernel, Token))
        {
            pieces++;
        }

        pieces.ShouldBeGreaterThan(0);
        kernel.Plugins.AddFromFunctions("weather", [KernelFunctionFactory.CreateFromMethod((City city) => "sunny", "get")]);
        OpenAIPromptExecutionSettings calling = new() { MaxTokens = 300, FunctionChoiceBehavior = FunctionChoiceBehavior.Required(autoInvoke: false) };
        var asked = await chat.GetChatMessageContentAsync(history, calling, kernel, Token);
        Microsoft.SemanticKernel.FunctionCallContent.GetFunctionCalls(asked).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Who_gives_up_ends_the_job()
    {
        using var leaving = new CancellationTokenSource();
        var stream = servers.Client.GetChatClient("chat").CompleteChatStreamingAsync([new UserChatMessage("hi")], new ChatCompletionOptions { MaxOutputTokenCount = 4_000 }, leaving.Token);
        string? id = null;
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in stream)
            {
                id = update.CompletionId;
                await leaving.CancelAsync();
            }
        });

        using var http = new HttpClient { BaseAddress = servers.Address };
        await Eventually.TrueAsync(async () =>
            JsonElement.Parse(await http.GetByteArrayAsync($"/api/jobs/{id!["chatcmpl-".Length..]}")).GetProperty("state").GetString() is "canceled");
    }

    public enum City
    {
        Seoul,
        Busan,
    }

    [System.Text.Json.Serialization.JsonDerivedType(typeof(Cat), "cat")]
    [System.Text.Json.Serialization.JsonDerivedType(typeof(Dog), "dog")]
    public abstract record Animal([property: Description("Its name.")] string Name);

    public sealed record Cat(string Name, int? Lives, Dictionary<string, int>? Friends) : Animal(Name);

    public sealed record Dog(string Name, DateOnly Born, City? Home) : Animal(Name);

    public sealed class Servers : IAsyncLifetime
    {
        private readonly PostgresDatabase _database = new();
        private RoleProcess? _api;
        private RoleProcess? _inference;
        private RoleProcess? _embedding;

        public Uri Address => _api!.Address;

        public OpenAIClient Client => new(new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(Address, "/v1"), RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(0) });

        public async ValueTask InitializeAsync()
        {
            await _database.InitializeAsync();
            var settings = await TestPipeline.SettingsAsync(_database);
            var path = Path.Combine(AppContext.BaseDirectory, "random-chat-dotnet.gguf");
            ModelWriter.Write(new ModelRecipe { Preset = ModelPreset.Tiny }, path, CancellationToken.None);
            settings["Models:Chat:Path"] = path;
            _api = await RoleProcess.StartReadyAsync("Api", settings);
            _inference = await RoleProcess.StartReadyAsync("Workers.Inference", settings);
            _embedding = await RoleProcess.StartReadyAsync("Workers.Embedding", settings);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var process in (RoleProcess?[])[_embedding, _inference, _api])
            {
                if (process is not null)
                {
                    await process.DisposeAsync();
                }
            }

            await _database.DisposeAsync();
        }
    }
}
