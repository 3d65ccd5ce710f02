using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Api.Problems;
using Pipeline.Contracts.Unicode;

namespace Pipeline.Api.Body;

/// <summary>
/// The door of every text: JSON whose strings and names are in Unicode's composed form, so that nothing behind it meets two
/// spellings of one word. What is composed already, as nearly every body is, is not copied.
/// </summary>
internal static class ComposedJson
{
    private const byte FirstSuspect = 0xCC; // Of U+0300 in UTF-8.
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>What is wrong with the JSON, or null.</summary>
    public static Problem? Read(ReadOnlyMemory<byte> utf8, int depthMax, out ReadOnlyMemory<byte> composed)
    {
        composed = utf8;
        if (JsonScan.Check(utf8.Span, depthMax) is { } problem)
        {
            return problem;
        }

        if (!NeedsLook(utf8.Span) || AllComposed(utf8.Span, depthMax))
        {
            return null;
        }

        composed = Compose(utf8.Span, depthMax);
        return JsonScan.Check(composed.Span, depthMax); // Two names can be one now.
    }

    private static bool NeedsLook(ReadOnlySpan<byte> utf8) => utf8.IndexOfAnyInRange(FirstSuspect, byte.MaxValue) >= 0 || utf8.IndexOf("\\u"u8) >= 0;

    private static bool AllComposed(ReadOnlySpan<byte> utf8, int depthMax)
    {
        var reader = Reader(utf8, depthMax);
        var units = ArrayPool<char>.Shared.Rent(utf8.Length);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !ComposedForm.IsComposed(units.AsSpan(0, reader.CopyString(units))))
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(units);
        }
    }

    private static ReadOnlyMemory<byte> Compose(ReadOnlySpan<byte> utf8, int depthMax)
    {
        var reader = Reader(utf8, depthMax);
        var buffer = new ArrayBufferWriter<byte>(utf8.Length);
        using var writer = new Utf8JsonWriter(buffer, Unescaped);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject: writer.WriteStartObject(); break;
                case JsonTokenType.EndObject: writer.WriteEndObject(); break;
                case JsonTokenType.StartArray: writer.WriteStartArray(); break;
                case JsonTokenType.EndArray: writer.WriteEndArray(); break;
                case JsonTokenType.PropertyName: writer.WritePropertyName(ComposedForm.Of(reader.GetString()!)); break;
                case JsonTokenType.String: writer.WriteStringValue(ComposedForm.Of(reader.GetString()!)); break;
                default: writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true); break;
            }
        }

        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static Utf8JsonReader Reader(ReadOnlySpan<byte> utf8, int depthMax) => new(utf8, new JsonReaderOptions { MaxDepth = depthMax + 1 });
}
