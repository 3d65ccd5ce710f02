using Pipeline.Api.Problems;

namespace Pipeline.Api.OpenAi;

/// <summary>A 409 that a repeat cannot change. OpenAI's clients send a request again by themselves after 409 unless they are told not to.</summary>
internal static class OpenAiConflict
{
    private const string RetryHeader = "x-should-retry";

    public static Problem Of(HttpContext context, Problem problem)
    {
        context.Response.Headers[RetryHeader] = "false";
        return problem;
    }
}
