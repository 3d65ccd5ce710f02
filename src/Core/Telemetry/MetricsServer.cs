using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;

namespace Pipeline.Core.Telemetry;

/// <summary>Serves the metrics on a port of their own, so that what opens the API to the world opens nothing of them.</summary>
internal sealed class MetricsServer(MeterProvider metrics, IOptions<TelemetryOptions> options) : IHostedService
{
    private WebApplication? _app;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // No defaults: the variables of this process, such as Urls, are not meant for it.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls($"http://{options.Value.MetricsAddress}:{options.Value.MetricsPort}")
            .ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.UseOpenTelemetryPrometheusScrapingEndpoint(
            metrics, predicate: null, options.Value.MetricsPath, configureBranchedPipeline: null, optionsName: null);
        await _app.StartAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is not null)
        {
            await _app.StopAsync(cancellationToken);
            await _app.DisposeAsync();
        }
    }
}
