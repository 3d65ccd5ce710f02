using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Telemetry;

internal static class TelemetryRegistration
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Disabled = "OTEL_SDK_DISABLED";
    private const string TracesSampler = "OTEL_TRACES_SAMPLER";

    // Of other assemblies, which this one does not know.
    private const string Engine = "Pipeline.Inference";
    private const string Bus = "MassTransit";

    // Not the bus, whose figures JobMeter tells by queue, and not all of ASP.NET Core: routes, memory pools and authorization would
    // count several times a request what nobody asks for.
    private static readonly string[] _meters =
        [JobMeter.Name, Engine, "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Diagnostics"];

    /// <summary>
    /// What this process tells of itself. Without an endpoint and without a port for metrics nothing of OpenTelemetry is even created.
    /// </summary>
    /// <returns>Whether metrics are exported.</returns>
    public static bool AddTelemetry(this IHostApplicationBuilder host)
    {
        var services = host.Services;
        services.AddValidated<TelemetryOptions, TelemetryOptionsValidator>(TelemetryOptions.Section);
        var isLimited = string.IsNullOrWhiteSpace(host.Configuration[TracesSampler]);
        services.AddSingleton(provider =>
            new TraceLimit(isLimited ? provider.GetRequiredService<IOptions<TelemetryOptions>>().Value.TracesPerSecondMax : null));
        var sends = !string.IsNullOrWhiteSpace(host.Configuration[Endpoint]) && host.Configuration[Disabled] is not ("true" or "True" or "TRUE");
        var isScraped = !string.IsNullOrWhiteSpace(host.Configuration[$"{TelemetryOptions.Section}:{nameof(TelemetryOptions.MetricsPort)}"]);
        if (!sends && !isScraped)
        {
            return false;
        }

        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => Describe(resource, host.Environment)).WithMetrics(metrics =>
        {
            // Not of HTTP clients: webhooks go to any number of hosts, and each would be a series.
            metrics.AddMeter(_meters).AddRuntimeInstrumentation();
            if (sends)
            {
                metrics.AddOtlpExporter();
            }

            if (isScraped)
            {
                metrics.AddPrometheusExporter();
            }
        });
        if (isScraped)
        {
            services.AddHostedService<MetricsServer>();
        }

        if (sends)
        {
            telemetry.WithTracing(traces => AddTraces(traces, isLimited)).WithLogging(logs => logs.AddOtlpExporter(), logs =>
            {
                logs.IncludeFormattedMessage = true;
                logs.ParseStateValues = true;
            });
        }

        services.AddSingleton<TelemetryStore>();
        return true;
    }

    private static void AddTraces(TracerProviderBuilder traces, bool isLimited)
    {
        traces
            .AddSource(JobTracing.Name, Engine, Bus)
            .AddNpgsql()
            .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !context.Request.Path.StartsWithSegments("/health"))
            .AddHttpClientInstrumentation()
            .AddOtlpExporter();
        if (isLimited)
        {
            traces.SetSampler(provider => new ParentBasedSampler(provider.GetRequiredService<TraceLimit>()));
        }
    }

    /// <summary>What this process is, unless the environment says otherwise: what comes later wins, and its detector comes last.</summary>
    private static void Describe(ResourceBuilder resource, IHostEnvironment environment) =>
        resource.Clear()
            .AddService(environment.ApplicationName, serviceNamespace: "pipeline", typeof(TelemetryRegistration).Assembly.GetName().Version?.ToString(3))
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
}
