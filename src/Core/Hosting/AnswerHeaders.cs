using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Core.Hosting;

/// <summary>
/// What every answer tells a browser: to take it for what it says it is, to show it in no frame, and to run nothing. A page
/// that needs more says so itself, before it is sent.
/// </summary>
public static class AnswerHeaders
{
    /// <summary>For answers that are no page, and the least that a page has.</summary>
    private const string Policy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>For a page of scripts and styles from this server; styles may also be in it.</summary>
    public const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <param name="isPage">Paths of pages with scripts, which may be kept by browsers.</param>
    public static IApplicationBuilder UseAnswerHeaders(this IApplicationBuilder app, Func<PathString, bool> isPage) => app.Use((context, next) =>
    {
        // When it is sent: a failure clears what was set before.
        context.Response.OnStarting(() =>
        {
            Complete(context.Response.Headers, isPage(context.Request.Path));
            return Task.CompletedTask;
        });
        return next(context);
    });

    private static void Complete(IHeaderDictionary headers, bool isPage)
    {
        headers.XContentTypeOptions = "nosniff";
        // Not no-referrer: with it, browsers say of our own forms that they come from nowhere, as those of hostile pages do.
        headers["Referrer-Policy"] = "same-origin";
        headers.XFrameOptions = "DENY";
        if (headers.ContentSecurityPolicy.Count is 0)
        {
            headers.ContentSecurityPolicy = isPage ? PagePolicy : Policy;
        }

        if (headers.CacheControl.Count is 0 && !isPage)
        {
            headers.CacheControl = "no-store";
        }
    }
}
