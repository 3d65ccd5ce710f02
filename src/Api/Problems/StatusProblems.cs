using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;

namespace Pipeline.Api.Problems;

/// <summary>Gives a body to failures that routing answers with a bare status: unknown paths and wrong methods.</summary>
internal static class StatusProblems
{
    public static Task WriteAsync(StatusCodeContext status)
    {
        var context = status.HttpContext;
        return context.RequestAborted.IsCancellationRequested ? Task.CompletedTask : Describe(context).ExecuteAsync(context);
    }

    private static Problem Describe(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        switch (response.StatusCode)
        {
            case StatusCodes.Status404NotFound:
                return new Problem(
                    ProblemType.RouteNotFound,
                    $"{request.Path} does not exist. /docs lists every path.");
            case StatusCodes.Status405MethodNotAllowed:
                return new Problem(
                    ProblemType.MethodNotAllowed,
                    $"{request.Path} does not take {request.Method}; it takes {response.Headers.Allow}.");
            default:
                var reason = ReasonPhrases.GetReasonPhrase(response.StatusCode);
                return new Problem(ProblemType.Blank(response.StatusCode, reason), $"The server answered: {reason}.");
        }
    }
}
