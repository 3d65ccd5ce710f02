using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipeline.Console.Pages;

/// <summary>Answers with a screen. Whatever it shows is encoded; the policy lets no script run but the console's own files.</summary>
internal sealed class ScreenResult<TScreen>(int status = StatusCodes.Status200OK, IDictionary<string, object?>? parameters = null) : IResult
    where TScreen : IComponent
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>A form that no page of this server sent, or an old one of another session.</summary>
    public static ScreenResult<Refusal> Forged { get; } = new(StatusCodes.Status400BadRequest);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        services.GetRequiredService<ScreenContext>().Http = httpContext;
        await using HtmlRenderer renderer = new(services, services.GetRequiredService<ILoggerFactory>());
        var view = parameters is null ? ParameterView.Empty : ParameterView.FromDictionary(parameters);
        var html = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<TScreen>(view)).ToHtmlString());

        var response = httpContext.Response;
        response.StatusCode = response.StatusCode is StatusCodes.Status200OK ? status : response.StatusCode; // A screen may find that what it shows is not there.
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.Vary = "Cookie, Accept-Language";
        await response.WriteAsync("<!DOCTYPE html>\n" + html, Encoding.UTF8, httpContext.RequestAborted);
    }
}
