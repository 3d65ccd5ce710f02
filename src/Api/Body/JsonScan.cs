using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Body;

/// <summary>
/// One pass over a body that refuses what JSON allows but nothing behind the API can hold: duplicate properties, lone
/// surrogates, NUL characters (PostgreSQL stores neither of the two), and nesting without end.
/// </summary>
internal static class JsonScan
{
    /// <summary>What is wrong with the body, or null.</summary>
    public static Problem? Check(ReadOnlySpan<byte> utf8, int depthMax)
    {
        if (!Utf8.IsValid(utf8))
        {
            return Problem.Of(ProblemType.NotJson, "body", $"is not UTF-8 at byte {FirstInvalid(utf8)}. Encode it as UTF-8.");
        }

        var errors = new InputErrors();
        // One level more than allowed, so that the check below speaks first and names the path.
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = depthMax + 1 });
        var path = new JsonPath();
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= depthMax)
                {
                    return Problem.Of(ProblemType.InvalidInput, "body", $"is nested deeper than {depthMax} levels. Flatten it.");
                }

                Visit(ref reader, path, errors);
            }
        }
        catch (JsonException exception)
        {
            return Problem.Of(ProblemType.NotJson, "body", Describe(exception));
        }

        return errors.Any ? errors.ToProblem() : null;
    }

    private static void Visit(ref Utf8JsonReader reader, JsonPath path, InputErrors errors)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                var fault = reader.ValueIsEscaped ? JsonEscapes.FindFault(reader.ValueSpan) : null;
                var name = fault is null ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
                if (!path.EnterProperty(name))
                {
                    errors.Add(path.ToString(), "appears more than once. Send each property once.");
                }

                if (fault is not null)
                {
                    errors.Add(path.ToString(), $"has a name with {fault}. Remove it.");
                }

                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                path.Leave();
                break;
            default:
                path.EnterValue();
                if (reader.TokenType is JsonTokenType.String && reader.ValueIsEscaped
                    && JsonEscapes.FindFault(reader.ValueSpan) is { } textFault)
                {
                    errors.Add(path.ToString(), $"holds {textFault}. Remove it.");
                }

                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    path.Open(reader.TokenType is JsonTokenType.StartArray);
                }

                break;
        }
    }

    private static string Describe(JsonException exception)
    {
        // The reader's text ends with its own zero-based position; people count lines from one.
        var message = exception.Message;
        var cut = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return $"is not JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: {(cut < 0 ? message : message[..cut])}";
    }

    private static int FirstInvalid(ReadOnlySpan<byte> utf8)
    {
        var offset = 0;
        while (Rune.DecodeFromUtf8(utf8[offset..], out _, out var consumed) is System.Buffers.OperationStatus.Done)
        {
            offset += consumed;
        }

        return offset + 1;
    }
}
