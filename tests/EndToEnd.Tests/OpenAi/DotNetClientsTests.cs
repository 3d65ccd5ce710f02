using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Connectors.OpenAI;
using OpenAI;
using OpenAI.Chat;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.EndToEnd.Tests.OpenAi;

/// <summary>OpenAI's .NET library, and what builds on it, as they are published, against API and workers as processes.</summary>
[Collection(nameof(OpenAiServers))]
public sealed class DotNetClientsTests(OpenAiServers servers)
{
    private static readonly ChatTool Weather = ChatTool.CreateFunctionTool(
        "get_weather", "Weather of a city.", BinaryData.FromString("""{"type":"object","properties":{"city":{"enum":["Seoul","Busan"]}},"required":["city"],"additionalProperties":false}"""));

    private const int TokensOfLeft = 4_000;

    // .NET reads on for two seconds after a request is given up; by then a tiny model is done.
    private static readonly HttpClient Http = new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero });

    private OpenAIClient Client => new(
        new ApiKeyCredential("none"),
        new OpenAIClientOptions { Endpoint = new(servers.Address + "/v1"), RetryPolicy = new ClientRetryPolicy(0), Transport = new HttpClientPipelineTransport(Http) });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenAIs_library_chats_streams_lists_embeds_and_calls()
    {
        var chat = Client.GetChatClient("chat");
        (await chat.CompleteChatAsync([new UserChatMessage("hi")], new() { MaxOutputTokenCount = 8 }, Token)).Value.Content[0].Text.ShouldNotBeNullOrEmpty();

        var pieces = 0;
        await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage("hi")], new ChatCompletionOptions { MaxOutputTokenCount = 8 }, Token))
        {
            pieces += update.ContentUpdate.Count;
        }

        pieces.ShouldBeGreaterThan(0);
        (await Client.GetOpenAIModelClient().GetModelsAsync(Token)).Value.Select(model => model.Id).ShouldContain("chat");
        (await Client.GetEmbeddingClient("embedding").GenerateEmbeddingsAsync(["a", "b"], cancellationToken: Token)).Value.Count.ShouldBe(2);

        ChatCompletionOptions calling = new() { Tools = { Weather }, ToolChoice = ChatToolChoice.CreateRequiredChoice(), AllowParallelToolCalls = false, MaxOutputTokenCount = 300 };
        var answer = (await chat.CompleteChatAsync([new UserChatMessage("Weather?")], calling, Token)).Value;
        answer.FinishReason.ShouldBe(OpenAI.Chat.ChatFinishReason.ToolCalls);
        List<OpenAI.Chat.ChatMessage> history = [new UserChatMessage("Weather?"), new AssistantChatMessage(answer)];
        history.AddRange(answer.ToolCalls.Select(call => new ToolChatMessage(call.Id, "sunny")));
        (await chat.CompleteChatAsync(history, new() { Tools = { Weather }, ToolChoice = ChatToolChoice.CreateNoneChoice(), MaxOutputTokenCount = 8 }, Token)).Value.ToolCalls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_prompt_that_is_surely_too_long_is_refused_though_no_worker_looks_at_it()
    {
        using HttpClient operations = new() { BaseAddress = new(servers.Address) };
        (await operations.PutAsJsonAsync("/api/pauses/queue/chat", new { reason = "a test" }, Token)).EnsureSuccessStatusCode();
        try
        {
            // Short enough for each limit of texts, and together too long for the model.
            List<OpenAI.Chat.ChatMessage> messages = [.. Enumerable.Range(0, 4).Select(_ => new UserChatMessage(string.Concat(Enumerable.Repeat("What is it? 무엇인가? ", 900))))];
            var failure = await Should.ThrowAsync<ClientResultException>(async () =>
            {
                await foreach (var _ in Client.GetChatClient("chat").CompleteChatStreamingAsync(messages, new ChatCompletionOptions { MaxOutputTokenCount = 8 }, Token))
                {
                }
            });

            failure.Status.ShouldBe(400);
            failure.Message.ShouldContain("context_length_exceeded");
        }
        finally
        {
            (await operations.DeleteAsync("/api/pauses/queue/chat", Token)).EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task A_stream_that_cannot_be_answered_throws()
    {
        var chat = Client.GetChatClient("chat");
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
        using var chat = Client.GetChatClient("chat").AsIChatClient().AsBuilder().UseFunctionInvocation(configure: invocation => invocation.MaximumIterationsPerRequest = 1).Build();

        var form = await chat.GetResponseAsync<Animal>("A pet?", new ChatOptions { MaxOutputTokens = 1_500 }, useJsonSchemaResponseFormat: true, cancellationToken: Token);
        form.Result.ShouldNotBeNull();

        List<string> called = [];
        var tool = AIFunctionFactory.Create((City city) => { called.Add($"{city}"); return "sunny"; }, "get_weather");
        await chat.GetResponseAsync("Weather?", new ChatOptions { Tools = [tool], ToolMode = ChatToolMode.RequireAny, AllowMultipleToolCalls = false, MaxOutputTokens = 300 }, Token);
        called.ShouldNotBeEmpty();

        using var embeddings = Client.GetEmbeddingClient("embedding").AsIEmbeddingGenerator();
        (await embeddings.GenerateAsync(["a", "b"], cancellationToken: Token)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Semantic_Kernel_chats_streams_and_calls()
    {
        var kernel = Kernel.CreateBuilder().AddOpenAIChatCompletion("chat", Client).Build();
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
        OpenAIPromptExecutionSettings calling = new() { MaxTokens = 300, FunctionChoiceBehavior = FunctionChoiceBehavior.Required(autoInvoke: false, options: new() { AllowParallelCalls = false }) };
        var asked = await chat.GetChatMessageContentAsync(history, calling, kernel, Token);
        Microsoft.SemanticKernel.FunctionCallContent.GetFunctionCalls(asked).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_form_of_OpenAIs_library_is_filled_in()
    {
        var format = OpenAI.Chat.ChatResponseFormat.CreateJsonSchemaFormat(
            "place", BinaryData.FromString("""{"type":"object","properties":{"city":{"enum":["Seoul","Busan"]},"capital":{"type":"boolean"}},"required":["city","capital"],"additionalProperties":false}"""), jsonSchemaIsStrict: true);

        var answer = (await Client.GetChatClient("chat").CompleteChatAsync([new UserChatMessage("A city?")], new() { ResponseFormat = format, MaxOutputTokenCount = 200 }, Token)).Value;

        var form = JsonElement.Parse(answer.Content[0].Text);
        form.GetProperty("city").GetString().ShouldBeOneOf("Seoul", "Busan");
        form.GetProperty("capital").ValueKind.ShouldBeOneOf(JsonValueKind.True, JsonValueKind.False);
    }

    [Fact]
    public async Task The_abstractions_of_Microsoft_stream_what_they_answer_whole()
    {
        using var chat = Client.GetChatClient("chat").AsIChatClient();
        ChatOptions options = new() { MaxOutputTokens = 8, Temperature = 0 };

        var streamed = await chat.GetStreamingResponseAsync("hi", options, Token).ToChatResponseAsync(Token);

        streamed.Text.ShouldBe((await chat.GetResponseAsync("hi", options, Token)).Text);
        streamed.Text.ShouldNotBeNullOrEmpty();
        streamed.FinishReason.ShouldBe(Microsoft.Extensions.AI.ChatFinishReason.Length);
    }

    [Fact]
    public async Task Semantic_Kernel_fills_in_forms_and_embeds()
    {
#pragma warning disable SKEXP0010 // The library has its embeddings for evaluation.
        var kernel = Kernel.CreateBuilder().AddOpenAIChatCompletion("chat", Client).AddOpenAIEmbeddingGenerator("embedding", Client).Build();
#pragma warning restore SKEXP0010
        OpenAIPromptExecutionSettings settings = new() { MaxTokens = 400, ResponseFormat = typeof(Place) };

        var answer = await kernel.GetRequiredService<IChatCompletionService>().GetChatMessageContentAsync("A city?", settings, kernel, Token);

        var form = JsonElement.Parse(answer.Content!);
        form.GetProperty("Capital").ValueKind.ShouldBeOneOf(JsonValueKind.True, JsonValueKind.False);
        form.GetProperty("City").ValueKind.ShouldBeOneOf(JsonValueKind.String, JsonValueKind.Number);
        var vectors = await kernel.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GenerateAsync(["a", "b"], cancellationToken: Token);
        vectors.Select(vector => vector.Vector.Length).ShouldAllBe(length => length > 0);
        vectors.Count.ShouldBe(2);
    }

    [Fact]
    public Task Who_gives_up_on_OpenAIs_library_ends_the_job() => EndsAsync((prompt, token) => Client.GetChatClient("chat")
        .CompleteChatStreamingAsync([new UserChatMessage(prompt)], new ChatCompletionOptions { MaxOutputTokenCount = TokensOfLeft }, token)
        .Select(update => update.CompletionId));

    [Fact]
    public Task Who_gives_up_on_the_abstractions_of_Microsoft_ends_the_job() => EndsAsync((prompt, token) => Client.GetChatClient("chat").AsIChatClient()
        .GetStreamingResponseAsync(prompt, new() { MaxOutputTokens = TokensOfLeft }, token)
        .Select(update => update.ResponseId));

    [Fact]
    public Task Who_gives_up_on_Semantic_Kernel_ends_the_job() => EndsAsync((prompt, token) => Kernel.CreateBuilder().AddOpenAIChatCompletion("chat", Client).Build()
        .GetRequiredService<IChatCompletionService>()
        .GetStreamingChatMessageContentsAsync(prompt, new OpenAIPromptExecutionSettings { MaxTokens = TokensOfLeft }, kernel: null, token)
        .Select(update => ((StreamingChatCompletionUpdate?)update.InnerContent)?.CompletionId));

    /// <param name="stream">Asks, and tells the ids of the answer's pieces.</param>
    private async Task EndsAsync(Func<string, CancellationToken, IAsyncEnumerable<string?>> stream)
    {
        using var http = new HttpClient { BaseAddress = new(servers.Address) };
        await Eventually.TrueAsync(async () =>
        {
            // A tiny model may be done before anybody can leave; then another one is left.
            var id = await LeaveAsync(stream);
            string? state = null;
            await Eventually.TrueAsync(async () =>
            {
                state = JsonElement.Parse(await http.GetByteArrayAsync($"/api/jobs/{id}")).GetProperty("state").GetString();
                return state is "canceled" or "succeeded";
            });
            return state is "canceled";
        });
    }

    private static async Task<string> LeaveAsync(Func<string, CancellationToken, IAsyncEnumerable<string?>> stream)
    {
        using var leaving = new CancellationTokenSource();
        string? id = null;
        try
        {
            await foreach (var update in stream($"hi {Guid.CreateVersion7()}", leaving.Token)) // What was asked before is answered from the cache.
            {
                id ??= update;
                await leaving.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // As it was asked to.
        }

        return id!["chatcmpl-".Length..];
    }

    public enum City
    {
        Seoul,
        Busan,
    }

    public sealed record Place(City City, bool Capital);

    // No texts: random weights write them without an end.
    [JsonDerivedType(typeof(Cat), "cat")]
    [JsonDerivedType(typeof(Dog), "dog")]
    public abstract record Animal(City Home);

    public sealed record Cat(City Home, bool? Indoors) : Animal(Home);

    public sealed record Dog(City Home, City? Born) : Animal(Home);
}
