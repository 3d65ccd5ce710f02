using System.Net;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Pipeline.Api.Headers;
using Pipeline.Api.Limits;
using Pipeline.Api.OpenAi;
using Pipeline.Core.Hosting;

namespace Pipeline.Api.Guards;

/// <summary>What every request passes before it is known for whom it acts.</summary>
internal static class GuardRegistration
{
    private static readonly string[] Readable =
        ["Location", "Link", "Retry-After", LimitGate.PolicyHeader, LimitGate.StateHeader, "ETag", PreferHeader.AppliedName, IdempotencyKeyHeader.ReplayedName, CompletionFields.IgnoredHeader, CompletionFields.AdjustedHeader, "x-request-id"];

    public static IServiceCollection AddGuards(this IServiceCollection services)
    {
        services.AddSingleton<WellFormedRequest>();
        services.AddSingleton<CrossSite>();
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<ApiOptions>>((cors, api) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. api.Value.AllowedOrigins])
            .AllowAnyHeader()
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithExposedHeaders(Readable)));

        // After the framework's own configuration, which trusts everybody where ASPNETCORE_FORWARDEDHEADERS_ENABLED is set.
        services.AddOptions<ForwardedHeadersOptions>().PostConfigure<IOptions<ApiOptions>>((forwarded, api) => Trust(forwarded, api.Value.TrustedProxies));
        return services.AddSingleton<IValidateOptions<ApiOptions>, GuardOptionsRules>();
    }

    /// <summary>First of all, so that also a failure has the headers.</summary>
    public static void UseHeaders(this IApplicationBuilder app) =>
        app.UseAnswerHeaders(path => path.StartsWithSegments("/docs") || path.StartsWithSegments("/hangfire"));

    /// <summary>Within the boundary that answers failures.</summary>
    public static void UseGuards(this IApplicationBuilder app)
    {
        app.UseForwardedHeaders();
        app.UseMiddleware<WellFormedRequest>();
        app.UseMiddleware<CrossSite>();
        app.UseCors();
    }

    private static void Trust(ForwardedHeadersOptions forwarded, IReadOnlyList<string> proxies)
    {
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();

        // Without any proxy to check for, the framework would believe everybody.
        forwarded.ForwardedHeaders = proxies is [] ? ForwardedHeaders.None
            : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        forwarded.ForwardLimit = null; // As many as there are in a row: each is checked.
        foreach (var proxy in proxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
            {
                forwarded.KnownProxies.Add(address);
            }
            else
            {
                forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
            }
        }
    }
}
