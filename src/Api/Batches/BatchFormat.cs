using Microsoft.Net.Http.Headers;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Batches;

/// <summary>How the items of a batch follow each other in its body.</summary>
internal enum BatchFormat
{
    /// <summary>One JSON array.</summary>
    Array,

    /// <summary>One JSON value a line.</summary>
    Lines,
}

internal static class BatchFormats
{
    public const string LinesType = "application/x-ndjson";

    private const string Remedy = "Send a JSON array with Content-Type: application/json, or one item a line with " + LinesType + ".";

    private static readonly string[] LinesTypes = [LinesType, "application/ndjson", "application/jsonl", "application/x-jsonlines"];

    public static (BatchFormat Format, Problem? Problem) Of(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding
            && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return (default, Problem.Of(ProblemType.MediaType, "Content-Encoding", $"is {encoding}; compressed bodies are not read. {Remedy}"));
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || (type.Charset.HasValue && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            return (default, Refused(request));
        }

        return type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) ? (BatchFormat.Array, null)
            : LinesTypes.Any(lines => type.MediaType.Equals(lines, StringComparison.OrdinalIgnoreCase)) ? (BatchFormat.Lines, null)
            : (default, Refused(request));
    }

    private static Problem Refused(HttpRequest request) => Problem.Of(
        ProblemType.MediaType, "Content-Type", $"is {(string.IsNullOrEmpty(request.ContentType) ? "missing" : request.ContentType)}. {Remedy}");
}
