using Microsoft.AspNetCore.Http;

namespace Pipeline.Console.Calls;

/// <summary>
/// The API as the pages reach it: the middleware and endpoints that its own clients go through, without a socket between. So the
/// pages know no rule of their own: what a role may do, what is written into the audit and what is refused is decided once.
/// </summary>
internal sealed class InnerPipeline
{
    private RequestDelegate? _next;

    /// <summary>Called once, when the host builds its pipeline.</summary>
    public RequestDelegate Capture(RequestDelegate next) => _next = next;

    public Task InvokeAsync(HttpContext context) =>
        _next?.Invoke(context) ?? throw new InvalidOperationException("UseConsole was not called, so there is no API to ask.");
}
