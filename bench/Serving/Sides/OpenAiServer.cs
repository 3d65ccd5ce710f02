using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Bench.Measuring;
using Pipeline.Bench.Serving.Questions;

namespace Pipeline.Bench.Serving.Sides;

/// <summary>What OpenAI's clients send to either server, and what they read.</summary>
/// <param name="model">Its name of the model.</param>
/// <param name="extras">Fields that only this server knows.</param>
internal sealed class OpenAiServer(Uri address, string model, JsonObject extras) : IDisposable
{
    private const int TriesMax = 3;

    // llama-server closes connections that were idle for five seconds.
    private static readonly TimeSpan _idleMax = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1_024, PooledConnectionIdleTimeout = _idleMax }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };

    public async Task<Answer> AnswerAsync(Ask ask, CancellationToken cancellationToken)
    {
        double asked = Clock.Seconds;
        using HttpResponseMessage response = await SendAsync("/v1/chat/completions", Body(ask), cancellationToken);
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync(cancellationToken));
        List<Piece> pieces = [];
        JsonElement? usage = null;
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!line.StartsWith("data: {", StringComparison.Ordinal))
            {
                continue;
            }

            double at = Clock.Seconds;
            JsonElement chunk = JsonElement.Parse(line.AsSpan("data: ".Length));
            if (TextOf(chunk) is { Length: > 0 } text)
            {
                pieces.Add(new(at, text.Length));
            }

            usage = chunk.TryGetProperty("usage", out JsonElement found) && found.ValueKind == JsonValueKind.Object ? found : usage;
            if (chunk.TryGetProperty("error", out JsonElement error))
            {
                throw new BenchException($"A stream of {address} ended with {error}.");
            }
        }

        return usage is { } counted
            ? new(asked, Clock.Seconds, pieces, counted.GetProperty("prompt_tokens").GetInt32(), counted.GetProperty("completion_tokens").GetInt32())
            : throw new BenchException($"A stream of {address} ended without its usage.");
    }

    public async Task<int> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        JsonObject body = new() { ["model"] = "embedding", ["input"] = new JsonArray([.. texts.Select(text => JsonValue.Create(text))]) };
        using HttpResponseMessage response = await SendAsync("/v1/embeddings", body, cancellationToken);
        JsonElement answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        return answer.GetProperty("data").EnumerateArray().Count(vector => vector.GetProperty("embedding").GetArrayLength() > 0);
    }

    /// <exception cref="BenchException">The answer is no success.</exception>
    public async Task<HttpResponseMessage> SendAsync(string path, JsonNode body, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await PostAsync(path, Encoding.UTF8.GetBytes(body.ToJsonString()), cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            string text = await response.Content.ReadAsStringAsync(cancellationToken);
            int status = (int)response.StatusCode;
            response.Dispose();
            throw new BenchException($"{address}{path[1..]} answered {status}: {text[..Math.Min(500, text.Length)]}");
        }

        return response;
    }

    /// <summary>Again where the server closed the connection just when a request was sent; it answered nothing then.</summary>
    private async Task<HttpResponseMessage> PostAsync(string path, byte[] body, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, path)
            {
                Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            };
            try
            {
                return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            }
            catch (HttpRequestException) when (tries < TriesMax)
            {
            }
        }
    }

    public Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancellationToken)
    {
        HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Prefer", "wait=60");
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private JsonObject Body(Ask ask)
    {
        JsonObject body = (JsonObject)extras.DeepClone();
        body["model"] = model;
        body["messages"] = new JsonArray(
            [.. ask.System is { } system ? (JsonNode[])[Message("system", system)] : [], Message("user", ask.Text)]);
        body["temperature"] = 0;
        body["max_tokens"] = ask.Tokens;
        body["stream"] = true;
        body["stream_options"] = new JsonObject { ["include_usage"] = true };
        if (ask.Json)
        {
            body["response_format"] = new JsonObject
            {
                ["type"] = "json_schema",
                ["json_schema"] = new JsonObject { ["name"] = "verdict", ["strict"] = true, ["schema"] = JsonSchema.Create() },
            };
        }

        return body;
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private static string? TextOf(JsonElement chunk) =>
        chunk.TryGetProperty("choices", out JsonElement choices) && choices.GetArrayLength() > 0
        && choices[0].TryGetProperty("delta", out JsonElement delta)
        && delta.TryGetProperty("content", out JsonElement content) ? content.GetString() : null;
}
