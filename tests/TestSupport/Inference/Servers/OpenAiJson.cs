using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Pipeline.Inference;
using Pipeline.Inference.Embeddings;

namespace Pipeline.TestSupport.Inference.Servers;

/// <summary>Answers in OpenAI's shapes.</summary>
internal static class OpenAiJson
{
    // As real servers: Korean is sent as Korean.
    public static JsonSerializerOptions Unescaped { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext context, JsonObject answer)
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString(Unescaped), context.RequestAborted);
    }

    public static JsonObject Completion(string kind, string model, params JsonObject[] choices) => new()
    {
        ["id"] = "chatcmpl-1",
        ["object"] = kind,
        ["created"] = 1_700_000_000,
        ["model"] = model,
        ["choices"] = new JsonArray([.. choices]),
    };

    public static JsonObject Usage(UsageDetails usage) => new()
    {
        ["prompt_tokens"] = usage.InputTokenCount ?? 0,
        ["completion_tokens"] = usage.OutputTokenCount ?? 0,
        ["total_tokens"] = usage.TotalTokenCount ?? (usage.InputTokenCount ?? 0) + (usage.OutputTokenCount ?? 0),
        ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = usage.CachedInputTokenCount ?? 0 },
    };

    public static JsonObject LogProbabilities(IReadOnlyList<IReadOnlyList<TokenChance>> tokens, int top)
    {
        JsonArray content = [];
        foreach (var alternatives in tokens)
        {
            JsonObject token = Token(alternatives[0]);
            token["top_logprobs"] = new JsonArray([.. alternatives.Take(top).Select(Token)]);
            content.Add(token);
        }

        return new() { ["content"] = content };
    }

    public static JsonObject Embeddings(string model, GeneratedEmbeddings<Embedding<float>> vectors, bool base64) => new()
    {
        ["object"] = "list",
        ["model"] = model,
        ["data"] = new JsonArray([.. vectors.Select((vector, i) => new JsonObject
        {
            ["object"] = "embedding",
            ["index"] = i,
            ["embedding"] = base64
                ? Convert.ToBase64String(MemoryMarshal.AsBytes(vector.Vector.Span))
                : new JsonArray([.. vector.Vector.ToArray().Select(value => (JsonNode)value)]),
        })]),
        ["usage"] = new JsonObject
        {
            ["prompt_tokens"] = vectors.Usage?.InputTokenCount ?? 0,
            ["total_tokens"] = vectors.Usage?.InputTokenCount ?? 0,
        },
    };

    /// <summary>Status and body for what an engine throws; null for what is no refusal.</summary>
    public static (int Status, JsonObject Error)? Refusal(Exception exception) => exception switch
    {
        PromptTooLongException e => (400, TooLong(e.Tokens, e.TokensMax)),
        TextTooLongException e => (400, TooLong(e.Tokens, e.TokensMax)),
        ArgumentException e => (400, Error(e.Message, "invalid_request_error", code: null)),
        InferenceException e => (500, Error(e.Message, "server_error", code: null)),
        _ => null,
    };

    public static JsonObject Error(string message, string type, string? code) => new()
    {
        ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["param"] = null, ["code"] = code },
    };

    // OpenAI's words; vLLM's are alike.
    private static JsonObject TooLong(int tokens, int tokensMax) => Error(
        $"This model's maximum context length is {tokensMax} tokens. However, your messages resulted in {tokens} tokens.",
        "invalid_request_error",
        "context_length_exceeded");

    private static JsonObject Token(TokenChance chance) => new()
    {
        ["token"] = Encoding.UTF8.GetString(chance.Token),
        ["bytes"] = new JsonArray([.. chance.Token.Select(value => (JsonNode)value)]),
        ["logprob"] = chance.LogProbability,
    };
}
