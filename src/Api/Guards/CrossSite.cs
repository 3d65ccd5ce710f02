using Microsoft.Extensions.Options;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Guards;

/// <summary>
/// Refuses what a page of another site sends in the name of whoever browses it: requests that change something and come from
/// an origin that is neither this one nor named in <see cref="ApiOptions.AllowedOrigins"/>. With and without keys, since a
/// browser on this machine needs none. Programs send neither header and are not concerned.
/// </summary>
internal sealed class CrossSite(IOptions<ApiOptions> options) : IMiddleware
{
    private const string FetchSite = "Sec-Fetch-Site";

    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        IsSafe(context.Request.Method) || Refusal(context.Request) is not { } source
            ? next(context)
            : new Problem(
                ProblemType.CrossSite,
                $"A browser sent this for a page of {source}; pages of other sites may change nothing here. Send it from a program, or have the operator add the origin to Api:AllowedOrigins.")
                .ExecuteAsync(context);

    /// <summary>From where the request comes, if it may not; null when it may.</summary>
    private string? Refusal(HttpRequest request)
    {
        var origins = request.Headers.Origin;
        if (origins.Count > 0)
        {
            return origins is [{ } origin] && (IsOwn(origin, request) || options.Value.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase))
                ? null
                : origins.ToString();
        }

        return request.Headers[FetchSite] is [{ } site] && site.Equals("cross-site", StringComparison.OrdinalIgnoreCase) ? "another site" : null;
    }

    /// <summary>Without the scheme, which a proxy may have changed.</summary>
    private static bool IsOwn(string origin, HttpRequest request)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var from) || from.Scheme is not ("http" or "https") || !request.Host.HasValue)
        {
            return false;
        }

        var standard = from.Scheme is "http" ? 80 : 443;
        return from.Host.Equals(Bracketed(request.Host.Host), StringComparison.OrdinalIgnoreCase)
            && from.Port == (request.Host.Port ?? standard);
    }

    /// <summary>An IPv6 address as a URI has it.</summary>
    private static string Bracketed(string host) => host.Contains(':') && !host.StartsWith('[') ? $"[{host}]" : host;

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);
}
