using System.ComponentModel;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

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
        app.MapHealthChecks("/health", Options(_ => true)).Describe(HealthDocs.All);
        app.MapHealthChecks("/health/live", Options(_ => false)).Describe(HealthDocs.Live);
        app.MapHealthChecks("/health/ready", Options(check => check.Tags.Contains(ReadyTag))).Describe(HealthDocs.Ready);
    }

    private static HealthCheckOptions Options(Func<HealthCheckRegistration, bool> predicate) =>
        new() { Predicate = predicate, ResponseWriter = WriteAsync };

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        var parts = report.Entries.ToDictionary(entry => entry.Key, entry => Describe(entry.Value));
        var resource = new HealthResource(Word(report.Status), parts);
        return context.Response.WriteAsJsonAsync(
            resource, ApiJson.Wire.HealthResource, contentType: null, context.RequestAborted);
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
