using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Inference.Remote.Calls;

/// <summary>The body of a refusal, in any of the shapes that OpenAI, Anthropic, vLLM, SGLang, llama-server and FastAPI write.</summary>
/// <param name="Message">The server's words, at most <see cref="MessageMax"/> characters.</param>
/// <param name="ContextLength">Tokens of the prompt and tokens allowed, where the prompt was longer than the model's context.</param>
internal sealed partial record ServerError(string Message, (int Tokens, int TokensMax)? ContextLength)
{
    private const int MessageMax = 500;

    public static ServerError Read(string? body)
    {
        string text = string.IsNullOrWhiteSpace(body) ? "no reason given" : body;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            JsonElement error = Property(root, "error") is { ValueKind: JsonValueKind.Object } inner ? inner : root;
            string message = (Property(error, "message") ?? Property(root, "error") ?? Property(root, "detail"))?.ToString() ?? text;
            return new(Cut(message), Counted(error) ?? Spoken(message));
        }
        catch (JsonException)
        {
            return new(Cut(text), Spoken(text));
        }
    }

    /// <summary>llama-server counts in fields.</summary>
    private static (int Tokens, int TokensMax)? Counted(JsonElement error) =>
        Number(error, "n_prompt_tokens") is { } tokens && Number(error, "n_ctx") is { } limit ? (tokens, limit) : null;

    /// <summary>The others put the numbers into a sentence, each in its own; the prompt's is the largest of it.</summary>
    private static (int Tokens, int TokensMax)? Spoken(string message)
    {
        if (ContextSentence().Match(message) is not { Success: true } match)
        {
            return null;
        }

        int limit = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        int tokens = Integer().Matches(message).Max(number => int.Parse(number.ValueSpan, CultureInfo.InvariantCulture));
        return tokens > limit ? (tokens, limit) : null;
    }

    private static JsonElement? Property(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    private static int? Number(JsonElement element, string name) =>
        Property(element, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int number) ? number : null;

    private static string Cut(string text) => text.Length <= MessageMax ? text : text[..MessageMax] + "…";

    [GeneratedRegex(@"context length(?: is| of|:)?(?: only)? ?\(?(\d{1,9})\b", RegexOptions.IgnoreCase)]
    private static partial Regex ContextSentence();

    [GeneratedRegex(@"\b\d{1,9}\b")]
    private static partial Regex Integer();
}
