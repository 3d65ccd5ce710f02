using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace Pipeline.Api.OpenAi;

/// <summary>
/// Texts as the tokens of OpenAI's embedding models, which some clients send (LangChain for Python does). Models here have
/// tokens of their own, so they are turned back into text.
/// </summary>
internal static class EncodedTexts
{
    private const string Encoding = "cl100k_base";

    private static readonly Lazy<TiktokenTokenizer> Tokenizer = new(() => TiktokenTokenizer.CreateForEncoding(Encoding));

    /// <param name="input">An array that is not empty.</param>
    /// <returns>Null where it is no array of tokens, nor of such arrays.</returns>
    public static string[]? Read(JsonElement input)
    {
        if (input[0].ValueKind is JsonValueKind.Number)
        {
            return Decode(input) is { } text ? [text] : null;
        }

        var texts = input.EnumerateArray().Select(item => item.ValueKind is JsonValueKind.Array ? Decode(item) : null).ToList();
        return texts.All(text => text is not null) ? [.. texts.OfType<string>()] : null;
    }

    private static string? Decode(JsonElement tokens)
    {
        List<int> ids = [];
        foreach (var token in tokens.EnumerateArray())
        {
            if (token.ValueKind is not JsonValueKind.Number || !token.TryGetInt32(out var id) || id < 0)
            {
                return null;
            }

            ids.Add(id);
        }

        try
        {
            return Tokenizer.Value.Decode(ids);
        }
        catch (Exception e) when (e is ArgumentException or KeyNotFoundException or InvalidOperationException)
        {
            return null; // No token of this encoding.
        }
    }
}
