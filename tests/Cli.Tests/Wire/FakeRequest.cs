using Microsoft.AspNetCore.Http;

namespace Pipeline.Cli.Tests.Wire;

internal sealed record FakeRequest(string Path, string Body, string? Prefer, string? IdempotencyKey, string? Authorization)
{
    public static async Task<FakeRequest> ReadAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers;
        return new(
            context.Request.Path,
            await reader.ReadToEndAsync(context.RequestAborted),
            headers["Prefer"],
            headers["Idempotency-Key"],
            headers.Authorization);
    }
}
