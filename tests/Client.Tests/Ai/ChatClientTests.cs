using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Client.Ai;

namespace Pipeline.Client.Tests.Ai;

public sealed class ChatClientTests(PipelineServer server)
{
    private static readonly ChatOptions Short = new() { MaxOutputTokens = 16, Seed = 7, Temperature = 0.5f };

    private readonly IChatClient _chat = server.Client.AsChatClient(JobOptions.Default);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_has_its_usage_and_the_job_behind_it()
    {
        var response = await _chat.GetResponseAsync([new(ChatRole.System, "Be brief."), new(ChatRole.User, "안녕하세요?")], Short, Cancellation);

        response.Usage!.OutputTokenCount.ShouldNotBeNull().ShouldBeInRange(1, 16);
        response.ModelId.ShouldBe("small");
        var job = await server.Client.GetAsync(Guid.Parse(response.ResponseId!), TimeSpan.Zero, Cancellation);
        job.Kind.ShouldBe("chat");
    }

    [Fact]
    public async Task A_streamed_answer_comes_in_pieces_that_make_the_whole()
    {
        List<ChatResponseUpdate> updates = [];
        await foreach (var update in _chat.GetStreamingResponseAsync([new(ChatRole.User, "Tell me of Seoul.")], Short, Cancellation))
        {
            updates.Add(update);
        }

        var whole = updates.ToChatResponse();
        var job = await server.Client.GetAsync(Guid.Parse(whole.ResponseId!), TimeSpan.Zero, Cancellation);
        whole.Text.ShouldBe(job.ResultOf<Contracts.CompleteChat, Contracts.ChatResult>()!.Content);
        whole.Usage!.InputTokenCount.ShouldNotBeNull().ShouldBeGreaterThan(0);
        whole.FinishReason.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_schema_is_followed()
    {
        var schema = JsonElement.Parse("""{"type":"object","properties":{"capital":{"type":"boolean"}},"required":["capital"],"additionalProperties":false}""");
        var response = await _chat.GetResponseAsync(
            [new(ChatRole.User, "Is Seoul a capital?")], new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema), MaxOutputTokens = 64 }, Cancellation);

        JsonElement.Parse(response.Text).GetProperty("capital").ValueKind.ShouldBeOneOf(JsonValueKind.True, JsonValueKind.False);
    }

    [Fact]
    public async Task What_would_change_the_answer_and_cannot_be_sent_is_refused()
    {
        await Should.ThrowAsync<NotSupportedException>(() => _chat.GetResponseAsync([new(ChatRole.User, "a")], new() { Tools = [new HostedWebSearchTool()] }, Cancellation));
        var tool = AIFunctionFactory.CreateDeclaration("now", "The time.", JsonElement.Parse("""{"type":"object"}"""));
        await Should.ThrowAsync<ArgumentException>(() =>
            _chat.GetResponseAsync([new(ChatRole.User, "a")], new() { Tools = [tool], ToolMode = ChatToolMode.RequireSpecific("then") }, Cancellation));
        await Should.ThrowAsync<NotSupportedException>(() => _chat.GetResponseAsync([new(ChatRole.User, [new UriContent("https://example.com/a.png", "image/png")])], null, Cancellation));
    }

    [Fact]
    public void It_tells_what_it_is()
    {
        _chat.GetService<ChatClientMetadata>()!.ProviderName.ShouldBe("pipeline");
        _chat.GetService<PipelineClient>().ShouldBeSameAs(server.Client);
    }

    [Fact]
    public void A_key_of_one_job_cannot_be_that_of_all() =>
        Should.Throw<ArgumentException>(() => server.Client.AsChatClient(new() { IdempotencyKey = "a" }));
}
