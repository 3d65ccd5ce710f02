using Microsoft.AspNetCore.Http;
using Pipeline.Console.Access;

namespace Pipeline.Console.Calls;

/// <summary>
/// <c>GET /raw/…</c> is <c>GET /api/…</c> for a browser that is logged in: streams of events, files, reports as pages. Reading alone,
/// so that no page of another site can do anything with the cookie.
/// </summary>
internal sealed class PassThrough(Visitors visitors) : IMiddleware
{
    public const string Root = "/raw";

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.StartsWithSegments(Root, StringComparison.Ordinal, out var rest)
            || !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)))
        {
            await next(context);
            return;
        }

        if (await visitors.FindAsync(context) is not { } client)
        {
            context.Response.Redirect(Login.PathBackTo(context.Request.Path + context.Request.QueryString));
            return;
        }

        context.Features.Set(client);
        context.Request.Path = new PathString("/api").Add(rest);
        await next(context);
    }
}
