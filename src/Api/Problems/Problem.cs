using System.Globalization;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.OpenAi;

namespace Pipeline.Api.Problems;

/// <summary>A failure as the answer of an endpoint.</summary>
internal sealed class Problem(ProblemType type, string detail) : IResult
{
    public const string ContentType = "application/problem+json";

    public ProblemType Type => type;

    public string Detail => detail;

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }

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
            var seconds = Math.Max(1, (long)Math.Ceiling(delay.TotalSeconds));
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        response.Headers[HeaderNames.CacheControl] = "no-store";
        if (OpenAiRoutes.Has(httpContext.Request.Path))
        {
            return OpenAiError.WriteAsync(httpContext, type, detail, Errors?.Keys.FirstOrDefault());
        }

        var document = new ProblemDocument
        {
            Type = type.Uri,
            Title = type.Title,
            Status = type.Status,
            Detail = detail,
            Errors = Errors,
        };
        return response.WriteAsJsonAsync(document, ApiJson.Wire.ProblemDocument, ContentType, httpContext.RequestAborted);
    }
}
