using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Pipeline.TestSupport.Inference;

/// <summary>Says words that depend on the conversation alone, or on the seed as well, and honours limits, stop strings and schemas.</summary>
public sealed class ScriptedChatClient : IChatClient
{
    private static readonly string[] _words = ["joy ", "바람이 ", "of ", "🎉 ", "분다 ", "quietly ", "좋은 ", "a ", "storm ", "밤 "];
    private static readonly JsonSerializerOptions _unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Thrown by every request.</summary>
    public Exception? Fail { get; set; }

    /// <summary>Said instead of words.</summary>
    public string? Says { get; set; }

    /// <summary>Options of the latest request.</summary>
    public ChatOptions? Options { get; private set; }

    /// <summary>Messages of the latest request.</summary>
    public IReadOnlyList<ChatMessage> Messages { get; private set; } = [];

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        IReadOnlyList<ChatMessage> asked = [.. messages]; // Requests at the same time must not see each other's.
        (Messages, Options) = (asked, options);
        if (Fail is not null)
        {
            throw Fail;
        }

        string prompt = string.Join('\n', asked.Select(message => message.Text));
        var (pieces, finish) = Answer(prompt, options ?? new());
        foreach (string piece in pieces)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new(ChatRole.Assistant, piece) { ModelId = "scripted" };
        }

        int input = prompt.Length;
        UsageDetails usage = new()
        {
            InputTokenCount = input,
            OutputTokenCount = pieces.Count,
            TotalTokenCount = input + pieces.Count,
            CachedInputTokenCount = input / 2,
        };
        yield return new(ChatRole.Assistant, [new UsageContent(usage)]) { FinishReason = finish, ModelId = "scripted" };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private (IReadOnlyList<string> Pieces, ChatFinishReason Finish) Answer(string prompt, ChatOptions options)
    {
        string[] all = Says is not null ? [.. Runes(Says)]
            : options.ResponseFormat is ChatResponseFormatJson { Schema: { } schema } ? [.. Runes(Example(schema).ToJsonString(_unescaped))]
            : Sentence(prompt, options);
        string text = string.Concat(all);
        int? stop = options.StopSequences?.Select(word => text.IndexOf(word, StringComparison.Ordinal)).Where(at => at >= 0).Order().Select(at => (int?)at).FirstOrDefault();
        string[] stopped = stop is null ? all : [.. Runes(text[..stop.Value])];
        int limit = options.MaxOutputTokens ?? int.MaxValue;
        return stopped.Length > limit ? (stopped[..limit], ChatFinishReason.Length) : (stopped, ChatFinishReason.Stop);
    }

    private static string[] Sentence(string prompt, ChatOptions options)
    {
        int start = Encoding.UTF8.GetBytes(prompt).Sum(value => value) + (options.Temperature > 0 ? (int)(options.Seed ?? 0) : 0);
        return [.. Enumerable.Range(0, 6 + (start % 5)).Select(i => _words[(start + (i * 7)) % _words.Length])];
    }

    private static IEnumerable<string> Runes(string text) => text.EnumerateRunes().Select(rune => rune.ToString());

    private static JsonNode Example(JsonElement schema) => schema.TryGetProperty("enum", out JsonElement values)
        ? JsonNode.Parse(values[0].GetRawText())!
        : schema.GetProperty("type").GetString() switch
        {
            "object" => new JsonObject(schema.GetProperty("properties").EnumerateObject()
                .Select(property => KeyValuePair.Create(property.Name, (JsonNode?)Example(property.Value)))),
            "boolean" => true,
            "integer" or "number" => 1,
            _ => "값",
        };
}
