using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Encryption;
using Pipeline.Core.Postgres;

namespace Pipeline.Api.Problems;

/// <summary>The boundary of every request: whatever escapes an endpoint leaves as a problem document.</summary>
internal sealed class FailureProblems(IOptions<ApiOptions> options, ILogger<FailureProblems> log) : IMiddleware
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left; nobody reads an answer. 499 only marks the request in access logs, where no status was sent.
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var problem = Describe(exception, context);
            // Clear() keeps CORS and similar out of the way but also drops what a half-built answer had set.
            context.Response.Clear();
            await problem.ExecuteAsync(context);
        }
    }

    private Problem Describe(Exception exception, HttpContext context)
    {
        switch (exception)
        {
            case StoreUnavailableException:
            case NpgsqlException when TransientErrors.IsTransient(exception):
                log.StoreUnavailable(context.Request.Method, context.Request.Path, exception.GetBaseException().Message);
                return new Problem(
                    ProblemType.StoreUnavailable,
                    "PostgreSQL does not answer, or takes no writes. Send the request again; with the same Idempotency-Key nothing is done twice.")
                {
                    RetryAfter = options.Value.StoreRetryAfter,
                };
            case SearchTimeoutException:
                log.StoreUnavailable(context.Request.Method, context.Request.Path, exception.Message);
                return new Problem(ProblemType.StoreUnavailable, exception.Message) { RetryAfter = options.Value.StoreRetryAfter };
            case UndecryptableException:
                // The vault has logged it.
                return new Problem(ProblemType.Undecryptable, $"{exception.Message} An operator has to look at the keys of the pipeline.");
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new Problem(ProblemType.BodyTooLarge, "The body is larger than the server reads. Send less at once.");
            case BadHttpRequestException bad:
                var title = ReasonPhrases.GetReasonPhrase(bad.StatusCode);
                return new Problem(ProblemType.Blank(bad.StatusCode, title), bad.Message);
            default:
                log.RequestFailed(exception, context.Request.Method, context.Request.Path);
                return new Problem(
                    ProblemType.Internal,
                    $"An unexpected failure, logged with the trace id {context.TraceIdentifier}. This is a bug: please report it.");
        }
    }
}
