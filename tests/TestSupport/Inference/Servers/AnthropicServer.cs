using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Pipeline.TestSupport.Inference.Servers;

/// <summary>Serves any chat client over Anthropic's Messages protocol, whole and streamed: text alone.</summary>
public sealed class AnthropicServer : LoopbackServer
{
    private AnthropicServer()
    {
    }

    public IChatClient? Chat { get; private init; }

    /// <summary>Demanded as x-api-key or bearer token, as the provider takes both; null takes anybody.</summary>
    public string? Key { get; set; }

    public static async Task<AnthropicServer> StartAsync(IChatClient chat)
    {
        AnthropicServer server = new() { Chat = chat };
        await server.ListenAsync();
        return server;
    }

    protected override void Map(WebApplication app) => app.MapPost("/v1/messages", MessagesAsync);

    protected override string? CheckKey(HttpRequest request) => Key is null || request.Headers["x-api-key"] == Key || request.Headers.Authorization == $"Bearer {Key}"
        ? null
        : """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}""";

    private async Task MessagesAsync(HttpContext context)
    {
        JsonElement body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
        Note(body);
        List<ChatMessage> messages = [.. body.GetProperty("messages").EnumerateArray().Select(message =>
            new ChatMessage(new ChatRole(message.GetProperty("role").GetString()!), Text(message.GetProperty("content"))))];
        if (body.TryGetProperty("system", out JsonElement system))
        {
            messages.Insert(0, new(ChatRole.System, Text(system)));
        }

        ChatOptions options = new()
        {
            MaxOutputTokens = body.GetProperty("max_tokens").GetInt32(),
            StopSequences = body.TryGetProperty("stop_sequences", out JsonElement stops) ? [.. stops.EnumerateArray().Select(stop => stop.GetString()!)] : null,
            ResponseFormat = Format(body),
        };
        bool stream = body.TryGetProperty("stream", out JsonElement flag) && flag.GetBoolean();
        await (stream ? StreamAsync(context, body, messages, options) : AnswerAsync(context, body, messages, options));
    }

    private async Task AnswerAsync(HttpContext context, JsonElement body, List<ChatMessage> messages, ChatOptions options)
    {
        ChatResponse answer = await Chat!.GetResponseAsync(messages, options, context.RequestAborted);
        JsonObject message = Message(body, answer.Usage);
        message["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = answer.Text });
        message["stop_reason"] = Reason(answer.FinishReason);
        await OpenAiJson.WriteAsync(context, message);
    }

    private async Task StreamAsync(HttpContext context, JsonElement body, List<ChatMessage> messages, ChatOptions options)
    {
        EventStream events = new(context);
        await events.WriteAsync(new() { ["type"] = "message_start", ["message"] = Message(body, usage: null) }, "message_start");
        await events.WriteAsync(
            new() { ["type"] = "content_block_start", ["index"] = 0, ["content_block"] = new JsonObject { ["type"] = "text", ["text"] = "" } }, "content_block_start");
        ChatFinishReason? finish = null;
        UsageDetails? usage = null;
        int pieces = 0;
        await foreach (ChatResponseUpdate update in Chat!.GetStreamingResponseAsync(messages, options, context.RequestAborted))
        {
            finish = update.FinishReason ?? finish;
            usage = update.Contents.OfType<UsageContent>().LastOrDefault()?.Details ?? usage;
            if (update.Text.Length > 0)
            {
                await ContinueStreamAsync(context, pieces++);
                await events.WriteAsync(
                    new() { ["type"] = "content_block_delta", ["index"] = 0, ["delta"] = new JsonObject { ["type"] = "text_delta", ["text"] = update.Text } },
                    "content_block_delta");
            }
        }

        await ContinueStreamAsync(context, pieces);
        await events.WriteAsync(new() { ["type"] = "content_block_stop", ["index"] = 0 }, "content_block_stop");
        await events.WriteAsync(
            new() { ["type"] = "message_delta", ["delta"] = new JsonObject { ["stop_reason"] = Reason(finish), ["stop_sequence"] = null }, ["usage"] = Usage(usage) },
            "message_delta");
        await events.WriteAsync(new() { ["type"] = "message_stop" }, "message_stop");
    }

    private static JsonObject Message(JsonElement body, UsageDetails? usage) => new()
    {
        ["id"] = "msg_1",
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = body.GetProperty("model").GetString(),
        ["content"] = new JsonArray(),
        ["stop_reason"] = null,
        ["stop_sequence"] = null,
        ["usage"] = Usage(usage),
    };

    private static JsonObject Usage(UsageDetails? usage) => new()
    {
        ["input_tokens"] = usage?.InputTokenCount ?? 0,
        ["output_tokens"] = usage?.OutputTokenCount ?? 0,
        ["cache_creation_input_tokens"] = 0,
        ["cache_read_input_tokens"] = usage?.CachedInputTokenCount ?? 0,
    };

    private static ChatResponseFormatJson? Format(JsonElement body) =>
        body.TryGetProperty("output_config", out JsonElement output) && output.TryGetProperty("format", out JsonElement format)
            ? ChatResponseFormat.ForJsonSchema(format.GetProperty("schema"))
            : null;

    private static string Text(JsonElement content) => content.ValueKind is JsonValueKind.Array
        ? string.Concat(content.EnumerateArray().Select(block => block.GetProperty("text").GetString()))
        : content.GetString()!;

    private static string Reason(ChatFinishReason? reason) => reason == ChatFinishReason.Length ? "max_tokens" : "end_turn";
}
