using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Pipeline.TestSupport.Inference.Servers;

/// <summary>One alternative for a token of an answer.</summary>
public sealed record TokenChance(byte[] Token, double LogProbability);

/// <summary>
/// Serves any chat client and embedding generator over OpenAI's protocol: chat completions whole and streamed, embeddings,
/// the list of models.
/// </summary>
public sealed class OpenAiServer : LoopbackServer
{
    private OpenAiServer()
    {
    }

    /// <summary>Up to and including /v1.</summary>
    public Uri BaseUrl => new(Address, "v1");

    public IChatClient? Chat { get; private init; }

    public IEmbeddingGenerator<string, Embedding<float>>? Embeddings { get; private init; }

    /// <summary>Alternatives of each answer token, the likeliest first; null has no log-probabilities, as some servers.</summary>
    public Func<IReadOnlyList<ChatMessage>, IReadOnlyList<IReadOnlyList<TokenChance>>>? LogProbabilities { get; set; }

    /// <summary>Demanded as a bearer token; null takes anybody.</summary>
    public string? Key { get; set; }

    public static async Task<OpenAiServer> StartAsync(IChatClient? chat = null, IEmbeddingGenerator<string, Embedding<float>>? embeddings = null)
    {
        OpenAiServer server = new() { Chat = chat, Embeddings = embeddings };
        await server.ListenAsync();
        return server;
    }

    protected override void Map(WebApplication app)
    {
        app.MapGet("/v1/models", () => Results.Text(
            """{"object":"list","data":[{"id":"served","object":"model","created":1700000000,"owned_by":"tests"}]}""", "application/json"));
        app.MapPost("/v1/chat/completions", ChatAsync);
        app.MapPost("/v1/embeddings", EmbedAsync);
    }

    protected override string? CheckKey(HttpRequest request) => Key is null || request.Headers.Authorization == $"Bearer {Key}"
        ? null
        // As unwise servers do: the key comes back.
        : OpenAiJson.Error($"Incorrect API key provided: {request.Headers.Authorization}.", "invalid_request_error", "invalid_api_key").ToJsonString();

    private async Task ChatAsync(HttpContext context)
    {
        JsonElement body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
        Note(body);
        OpenAiRequest request = OpenAiRequest.Read(body);
        try
        {
            await (request.Stream ? StreamAsync(context, request) : AnswerAsync(context, request));
        }
        catch (Exception e) when (OpenAiJson.Refusal(e) is var (status, error) && !context.Response.HasStarted)
        {
            context.Response.StatusCode = status;
            await OpenAiJson.WriteAsync(context, error);
        }
    }

    private async Task AnswerAsync(HttpContext context, OpenAiRequest request)
    {
        ChatResponse answer = await Chat!.GetResponseAsync(request.Messages, request.Options, context.RequestAborted);
        JsonObject choice = new()
        {
            ["index"] = 0,
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = answer.Text },
            ["finish_reason"] = answer.FinishReason?.Value,
        };
        if (request.TopLogProbabilities is { } top && LogProbabilities is not null)
        {
            choice["logprobs"] = OpenAiJson.LogProbabilities(LogProbabilities(request.Messages), top);
        }

        JsonObject completion = OpenAiJson.Completion("chat.completion", request.Model, choice);
        completion["usage"] = OpenAiJson.Usage(answer.Usage ?? new());
        await OpenAiJson.WriteAsync(context, completion);
    }

    private async Task StreamAsync(HttpContext context, OpenAiRequest request)
    {
        EventStream events = new(context);
        UsageDetails usage = new();
        string? finish = null;
        int pieces = 0;
        await events.WriteAsync(Delta(request, new() { ["role"] = "assistant", ["content"] = "" }, finish: null));
        await foreach (ChatResponseUpdate update in Chat!.GetStreamingResponseAsync(request.Messages, request.Options, context.RequestAborted))
        {
            finish = update.FinishReason?.Value ?? finish;
            usage = update.Contents.OfType<UsageContent>().LastOrDefault()?.Details ?? usage;
            if (update.Text.Length > 0)
            {
                await ContinueStreamAsync(context, pieces++);
                await events.WriteAsync(Delta(request, new() { ["content"] = update.Text }, finish: null));
            }
        }

        await ContinueStreamAsync(context, pieces);
        await events.WriteAsync(Delta(request, [], finish));
        if (request.StreamUsage)
        {
            JsonObject last = OpenAiJson.Completion("chat.completion.chunk", request.Model);
            last["usage"] = OpenAiJson.Usage(usage);
            await events.WriteAsync(last);
        }

        await events.EndAsync();
    }

    private async Task EmbedAsync(HttpContext context)
    {
        JsonElement body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
        Note(body);
        JsonElement input = body.GetProperty("input");
        string[] texts = input.ValueKind is JsonValueKind.Array ? [.. input.EnumerateArray().Select(text => text.GetString()!)] : [input.GetString()!];
        int? dimensions = body.TryGetProperty("dimensions", out JsonElement size) ? size.GetInt32() : null;
        try
        {
            var vectors = await Embeddings!.GenerateAsync(texts, new() { Dimensions = dimensions }, context.RequestAborted);
            bool base64 = body.TryGetProperty("encoding_format", out JsonElement format) && format.GetString() == "base64";
            await OpenAiJson.WriteAsync(context, OpenAiJson.Embeddings(body.GetProperty("model").GetString()!, vectors, base64));
        }
        catch (Exception e) when (OpenAiJson.Refusal(e) is var (status, error))
        {
            context.Response.StatusCode = status;
            await OpenAiJson.WriteAsync(context, error);
        }
    }

    private static JsonObject Delta(OpenAiRequest request, JsonObject delta, string? finish) => OpenAiJson.Completion(
        "chat.completion.chunk", request.Model, new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish });
}
