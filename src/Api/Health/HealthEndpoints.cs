using System.ComponentModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Api.OpenApi;

namespace Pipeline.Api.Health;

/// <summary>
/// <c>/health</c> tells everything, <c>/health/live</c> only that the process answers (restart it when it does not),
/// <c>/health/ready</c> whether to send it work. They need no key: probes have none, and they show no data.
/// </summary>
internal static class HealthEndpoints
{
    private const string ReadyTag = "ready";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/health", (HttpContext context, HealthCheckService health) => CheckAsync(context, health, _ => true))
            .Describe(HealthDocs.All);
        app.MapGet("/health/live", (HttpContext context, HealthCheckService health) => CheckAsync(context, health, _ => false))
            .Describe(HealthDocs.Live);
        app.MapGet("/health/ready", (HttpContext context, HealthCheckService health) => CheckAsync(context, health, check => check.Tags.Contains(ReadyTag)))
            .Describe(HealthDocs.Ready);
    }

    private static async Task<IResult> CheckAsync(HttpContext context, HealthCheckService health, Func<HealthCheckRegistration, bool> predicate)
    {
        var report = await health.CheckHealthAsync(predicate, context.RequestAborted);
        var parts = report.Entries.ToDictionary(entry => entry.Key, entry => Describe(entry.Value));
        context.Response.Headers.CacheControl = "no-store";
        var status = report.Status is HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        return Results.Json(new HealthResource(Word(report.Status), parts), ApiJson.Wire.HealthResource, statusCode: status);
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

internal sealed record HealthResource(
    [property: Description("healthy, degraded or unhealthy.")] string Status,
    [property: Description("Each part by name.")] IReadOnlyDictionary<string, HealthPart> Parts);

internal sealed record HealthPart(string Status, [property: Description("Why, unless healthy.")] string? Reason);
