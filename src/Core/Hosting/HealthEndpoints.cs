using System.ComponentModel;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Core.Clients;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Hosting;

/// <summary>
/// <c>/health</c> tells everything, <c>/health/live</c> only that the process answers (restart it when it does not),
/// <c>/health/ready</c> whether to send it work. They need no key, since probes have none; which part is down and why is told
/// to operators only: on this machine, or with an operator's key where there are keys.
/// </summary>
public static class HealthEndpoints
{
    private const string ReadyTag = "ready";

    /// <summary>Maps the three; a host with an OpenAPI document describes them.</summary>
    /// <param name="isOperator">Whether a request from elsewhere carries an operator's key; null in hosts that know no keys.</param>
    public static (RouteHandlerBuilder All, RouteHandlerBuilder Live, RouteHandlerBuilder Ready) MapHealth(
        this IEndpointRouteBuilder app, Func<HttpContext, Task<bool>>? isOperator = null)
    {
        return (Map("/health", _ => true), Map("/health/live", _ => false), Map("/health/ready", check => check.Tags.Contains(ReadyTag)));

        RouteHandlerBuilder Map(string path, Func<HealthCheckRegistration, bool> predicate) =>
            app.MapGet(path, (HttpContext context, HealthCheckService health) => CheckAsync(context, health, predicate, isOperator));
    }

    private static async Task<IResult> CheckAsync(
        HttpContext context, HealthCheckService health, Func<HealthCheckRegistration, bool> predicate, Func<HttpContext, Task<bool>>? isOperator)
    {
        var report = await health.CheckHealthAsync(predicate, context.RequestAborted);
        Dictionary<string, HealthPart> parts = [];
        if (report.Entries.Count > 0 && await IsForOperatorAsync(context, isOperator))
        {
            parts = report.Entries.ToDictionary(entry => entry.Key, entry => Describe(entry.Value));
        }

        var status = report.Status is HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        return TypedResults.Json(new HealthResource(Word(report.Status), parts), HealthJson.Default.HealthResource, statusCode: status);
    }

    private static async Task<bool> IsForOperatorAsync(HttpContext context, Func<HttpContext, Task<bool>>? isOperator)
    {
        if (LocalRequest.Is(context))
        {
            return true;
        }

        try
        {
            return isOperator is not null && await isOperator(context);
        }
        catch (Exception e) when (e is StoreUnavailableException || TransientErrors.IsTransient(e))
        {
            return false; // The status itself says that the database is away.
        }
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
    [property: Description("Each part by name; empty for requests from another machine without an API key.")] IReadOnlyDictionary<string, HealthPart> Parts);

/// <summary>One part of <see cref="HealthResource"/>.</summary>
public sealed record HealthPart(string Status, [property: Description("Why, unless healthy.")] string? Reason);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HealthResource))]
internal sealed partial class HealthJson : JsonSerializerContext;
