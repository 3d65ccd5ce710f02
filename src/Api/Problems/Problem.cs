using System.ComponentModel;
using System.Globalization;
using Pipeline.Api.OpenAi;

namespace Pipeline.Api.Problems;

/// <summary>A failure as the answer of an endpoint.</summary>
internal sealed class Problem(ProblemType type, string detail) : IResult
{
    public const string ContentType = "application/problem+json";

    public ProblemType Type => type;

    public string Detail => detail;

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }

    /// <summary>The limit that is reached; null where it was something else.</summary>
    public LimitDocument? Limit { get; init; }

    /// <summary>Which of the ways in which this type of failure comes about; null where it has one.</summary>
    public string? Reason { get; init; }

    /// <summary>When trying again may work; sent as <c>Retry-After</c>, in whole seconds, rounded up.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static Problem Of(ProblemType type, string field, string message)
    {
        var errors = new InputErrors();
        errors.Add(field, message);
        return errors.ToProblem(type);
    }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = type.Status;
        if (RetryAfter is { } delay)
        {
            // OpenAI's clients take no longer wait than this from a server, and come back at once instead.
            var secondsMax = OpenAiRoutes.Has(httpContext.Request.Path) ? 59 : long.MaxValue;
            var seconds = Math.Clamp((long)Math.Ceiling(delay.TotalSeconds), 1, secondsMax);
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (OpenAiRoutes.Has(httpContext.Request.Path))
        {
            return OpenAiError.WriteAsync(httpContext, type, OpenAiError.MessageOf(detail, Errors), Errors?.Keys.FirstOrDefault());
        }

        var document = new ProblemDocument
        {
            Type = type.Uri,
            Title = type.Title,
            Status = type.Status,
            Detail = detail,
            Errors = Errors,
            Limit = Limit,
            Reason = Reason,
        };
        return response.WriteAsJsonAsync(document, ApiJson.Wire.ProblemDocument, ContentType, httpContext.RequestAborted);
    }
}

/// <summary>The body of every failure: application/problem+json, RFC 9457.</summary>
[Description("RFC 9457 problem document.")]
internal sealed record ProblemDocument
{
    [Description("The kind of failure: a stable identifier, not a URL to fetch.")]
    public required string Type { get; init; }

    [Description("The kind of failure in words, the same for every occurrence.")]
    public required string Title { get; init; }

    [Description("The HTTP status code.")]
    public required int Status { get; init; }

    [Description("What is wrong this time, the current value, and what to change.")]
    public required string Detail { get; init; }

    [Description("For invalid input: the messages of each field, body path, header or query parameter.")]
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }

    [Description("For a file that cannot be read: encrypted, damaged, image-only, empty, too-large, too-long, timeout, reader-ended or unsupported.")]
    public string? Reason { get; init; }

    [Description("The limit of the client that is reached, if it was one.")]
    public LimitDocument? Limit { get; init; }
}

/// <param name="Name">As PATCH /api/keys/{name} sets it.</param>
/// <param name="Current">What is used.</param>
/// <param name="Max">What may be used.</param>
internal sealed record LimitDocument(string Name, long Current, long Max);
