using System.ComponentModel;
using System.Text.Json.Serialization;
using Pipeline.Api.Problems;

namespace Pipeline.Api.OpenAi;

/// <summary>A failure as OpenAI's clients read it.</summary>
[Description("A failure in OpenAI's shape.")]
internal sealed record OpenAiError([property: Description("What failed.")] OpenAiErrorBody Error)
{
    // Their clients send a request again by themselves after 409, 429 and 5xx. That makes another job, so it is only told to
    // them where the first one was not accepted.
    private const string RetryHeader = "x-should-retry";

    public static OpenAiError Of(ProblemType type, string detail, string? param) => new(new OpenAiErrorBody
    {
        Message = detail,
        Type = type.Status switch
        {
            StatusCodes.Status429TooManyRequests => "rate_limit_error",
            >= StatusCodes.Status500InternalServerError => "server_error",
            _ => "invalid_request_error",
        },
        Param = param,
        Code = type == ProblemType.Unauthorized ? "invalid_api_key" : type.Name.Replace('-', '_'),
    });

    /// <summary>All that is wrong in one message: their shape has room for one only.</summary>
    public static string MessageOf(string detail, IReadOnlyDictionary<string, IReadOnlyList<string>>? errors) =>
        errors?.SelectMany(field => field.Value.Select(message => $"{field.Key} {message}")).ToList() is { Count: > 1 } all ? string.Join(' ', all) : detail;

    public static Task WriteAsync(HttpContext context, ProblemType type, string detail, string? param)
    {
        if (type == ProblemType.JobEnded || type == ProblemType.JobFailed || type == ProblemType.NotFinished)
        {
            context.Response.Headers[RetryHeader] = "false";
        }

        return context.Response.WriteAsJsonAsync(Of(type, detail, param), OpenAiJson.Wire.OpenAiError, "application/json", context.RequestAborted);
    }
}

internal sealed record OpenAiErrorBody
{
    [Description("What is wrong, the current value, and what to change.")]
    public required string Message { get; init; }

    [Description("invalid_request_error, rate_limit_error or server_error.")]
    public required string Type { get; init; }

    [Description("The field, header or query parameter that is wrong; null if it is none of them.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Param { get; init; }

    [Description("The kind of failure: the problem's name with underscores, or invalid_api_key.")]
    public required string Code { get; init; }
}
