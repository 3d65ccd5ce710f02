using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.Problems;
using Pipeline.Api.Shares;
using Pipeline.Api.Steering;

namespace Pipeline.Api.Body;

/// <summary>
/// Reads a request body within its bounds. The framework's own binding is not used: it answers bad input with bare
/// statuses and messages that name .NET types.
/// </summary>
internal sealed class BodyReader(BodyRoom room, IOptions<ApiOptions> options)
{
    private const int ChunkBytes = 16 * 1_024;

    /// <summary>Whether a request says that it has no body.</summary>
    public static bool HasNone(HttpRequest request) =>
        request.ContentLength is 0 || request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };

    public async Task<BodyReading> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (HasNone(request))
        {
            return Missing();
        }

        if (MediaTypeProblem(request) is { } wrongType)
        {
            return new(null, wrongType);
        }

        // This reader bounds what is kept. Kestrel's own bound (30 MB) would reset the connection of a larger body while it
        // is still being sent, and most clients then never see the answer; without it Kestrel drains for 5 s.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } kestrel)
        {
            kestrel.MaxRequestBodySize = null;
        }

        if (request.ContentLength > options.Value.BodyBytesMax)
        {
            return new(null, TooLarge($"has {request.ContentLength} bytes; at most {options.Value.BodyBytesMax} are read"));
        }

        // Until the request ends: what is made of the body lives as long.
        var held = room.Begin(request.HttpContext);
        request.HttpContext.Response.RegisterForDispose(held);
        using var body = new MemoryStream();
        if (await FillAsync(body, request.Body, held, cancellationToken) is { } problem)
        {
            return new(null, problem);
        }

        var reading = body.Length is 0 ? Missing() : Parse(body.GetBuffer().AsMemory(0, (int)body.Length));
        if (request.HttpContext.Features.Get<AuditedCall>() is { } audited)
        {
            audited.Body = reading.Root;
        }

        return reading;
    }

    private BodyReading Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Span is [0xEF, 0xBB, 0xBF, ..])
        {
            utf8 = utf8[3..]; // A byte order mark: allowed to ignore by RFC 8259, and common from Windows tools.
        }

        if (ComposedJson.Read(utf8, options.Value.BodyDepthMax, out var composed) is { } problem)
        {
            return new(null, problem);
        }

        return new(JsonElement.Parse(composed.Span, new JsonDocumentOptions { MaxDepth = options.Value.BodyDepthMax }), null);
    }

    private async Task<Problem?> FillAsync(MemoryStream body, Stream source, ClientBytes.HeldBytes held, CancellationToken cancellationToken)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int read;
            while ((read = await source.ReadAsync(chunk, cancellationToken)) > 0)
            {
                if (body.Length + read > options.Value.BodyBytesMax)
                {
                    return TooLarge($"has more than the {options.Value.BodyBytesMax} bytes that are read");
                }

                if (held.Add(read) is { } bound)
                {
                    return room.Full(bound);
                }

                body.Write(chunk, 0, read);
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private static Problem? MediaTypeProblem(HttpRequest request)
    {
        const string Remedy = "Send UTF-8 JSON with Content-Type: application/json.";
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding
            && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return Problem.Of(ProblemType.MediaType, "Content-Encoding", $"is {encoding}; compressed bodies are not read. {Remedy}");
        }

        if (string.IsNullOrEmpty(request.ContentType))
        {
            return Problem.Of(ProblemType.MediaType, "Content-Type", $"is missing. {Remedy}");
        }

        var isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && (!type.Charset.HasValue
                || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        return isJson ? null : Problem.Of(ProblemType.MediaType, "Content-Type", $"is {request.ContentType}. {Remedy}");
    }

    private static BodyReading Missing() =>
        new(null, Problem.Of(ProblemType.InvalidInput, "body", "is empty: send a JSON object."));

    private static Problem TooLarge(string current) => new(
        ProblemType.BodyTooLarge,
        $"The body {current}. Send fewer or shorter texts at once, or raise Api:BodyBytesMax.");
}

/// <summary>Either the body or what is wrong with it; never both.</summary>
internal readonly record struct BodyReading(JsonElement? Root, Problem? Problem);
