using System.ComponentModel;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pipeline.Core.Hosting;

/// <summary>
/// <c>/health</c> tells everything, <c>/health/live</c> only that the process answers (restart it when it does not),
/// <c>/health/ready</c> whether to send it work. They need no key: probes have none, and they show no data.
/// </summary>
public static class HealthEndpoints
{
    private const string ReadyTag = "ready";

    /// <summary>Maps the three; a host with an OpenAPI document describes them.</summary>
    public static (RouteHandlerBuilder All, RouteHandlerBuilder Live, RouteHandlerBuilder Ready) MapHealth(this IEndpointRouteBuilder app) => (
        app.MapGet("/health", (HttpContext context, HealthCheckService health) => CheckAsync(context, health, _ => true)),
        app.MapGet("/health/live", (HttpContext context, HealthCheckService health) => CheckAsync(context, health, _ => false)),
        app.MapGet("/health/ready", (HttpContext context, HealthCheckService health) => CheckAsync(context, health, check => check.Tags.Contains(ReadyTag))));

    private static async Task<IResult> CheckAsync(HttpContext context, HealthCheckService health, Func<HealthCheckRegistration, bool> predicate)
    {
        var report = await health.CheckHealthAsync(predicate, context.RequestAborted);
        var parts = report.Entries.ToDictionary(entry => entry.Key, entry => Describe(entry.Value));
        context.Response.Headers.CacheControl = "no-store";
        var status = report.Status is HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        return TypedResults.Json(new HealthResource(Word(report.Status), parts), HealthJson.Default.HealthResource, statusCode: status);
    }

    private static HealthPart Describe(HealthReportEntry entry) =>
        new(Word(entry.Status), entry.Status is HealthStatus.Healthy ? null : entry.Description ?? "The check gave no reason; see the log.");

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };
}

/// <summary>What the health endpoints answer.</summary>
public sealed record HealthResource(
    [property: Description("healthy, degraded or unhealthy.")] string Status,
    [property: Description("Each part by name.")] IReadOnlyDictionary<string, HealthPart> Parts);

/// <summary>One part of <see cref="HealthResource"/>.</summary>
public sealed record HealthPart(string Status, [property: Description("Why, unless healthy.")] string? Reason);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HealthResource))]
internal sealed partial class HealthJson : JsonSerializerContext;
