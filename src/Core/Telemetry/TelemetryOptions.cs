using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Telemetry;

/// <summary>
/// What a process tells of itself. Section <c>Telemetry</c>. Where traces, metrics and logs are sent is said by OpenTelemetry's own
/// variables: nothing is sent until <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.
/// </summary>
public sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>The port that Prometheus scrapes, and that serves nothing else. 1 to 65,535, default none.</summary>
    [Range(1, 65_535)]
    public int? MetricsPort { get; init; }

    /// <summary>The address that <see cref="MetricsPort"/> listens on; <c>*</c> for every one. There is no key: keep it inside your network. Default <c>127.0.0.1</c>.</summary>
    [Required]
    public string MetricsAddress { get; init; } = "127.0.0.1";

    /// <summary>The path of the metrics. Default <c>/metrics</c>.</summary>
    [RegularExpression("/[a-zA-Z0-9/_-]{0,100}", ErrorMessage = "Telemetry:MetricsPath must begin with '/', and may hold letters, digits, '/', '-' and '_'.")]
    public string MetricsPath { get; init; } = "/metrics";

    /// <summary>How often figures of the whole pipeline are read from the database for metrics. 1 s to 1 h, default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SampleInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How many traces a process begins in a second, and in how many more jobs of batches they go on; what comes after them in that second
    /// is counted and not traced. 1 to 1,000,000, default 20. <c>OTEL_TRACES_SAMPLER</c> takes its place.
    /// </summary>
    [Range(1, 1_000_000)]
    public int TracesPerSecondMax { get; init; } = 20;

    /// <summary>Metrics by client, under the names of clients: as many series as there are clients. Default false.</summary>
    public bool Clients { get; init; }

    /// <summary>Inputs and results in spans, up to 8,192 characters each. They leave the process with the spans. Default false.</summary>
    public bool Texts { get; init; }
}

[OptionsValidator]
internal sealed partial class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>;
