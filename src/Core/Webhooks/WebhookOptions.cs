using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Webhooks;

/// <summary>How webhooks are delivered, and to where. Section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    public const string Section = "Webhooks";

    /// <summary>
    /// Whether webhooks may go to loopback and private addresses. Default false: whoever may submit a job could otherwise
    /// make the pipeline call services that only the pipeline can reach. Link-local, multicast and cloud metadata addresses
    /// stay closed either way.
    /// </summary>
    public bool AllowPrivateTargets { get; init; }

    /// <summary>Whether webhooks may go to <c>http://</c>, readable on the way. Default false: <c>https://</c> only.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>How long a receiver may take to answer. 1 s to 1 min, default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Attempts after which a delivery fails, the first included. 1 to 10, default 10, which takes a bit more than three days.</summary>
    [Range(1, RetrySchedule.AttemptsMax)]
    public int AttemptsMax { get; init; } = RetrySchedule.AttemptsMax;

    /// <summary>Most deliveries that one process makes at once. 1 to 1,000, default 64.</summary>
    [Range(1, 1_000)]
    public int ConcurrencyMax { get; init; } = 64;

    /// <summary>Most of them of one client. 1 to 1,000, default 16.</summary>
    [Range(1, 1_000)]
    public int ConcurrencyPerClientMax { get; init; } = 16;

    /// <summary>
    /// Deliveries to one host at once, whatever the URLs and whosever they are, beyond which a process starts no more. 1 to 1,000,
    /// default 24, which is more than those of one client.
    /// </summary>
    [Range(1, 1_000)]
    public int ConcurrencyPerHostMax { get; init; } = 24;

    /// <summary>Deliveries to one URL at once beyond which a process starts no more, so that a slow receiver leaves room for others. 1 to 1,000, default 8.</summary>
    [Range(1, 1_000)]
    public int ConcurrencyPerUrlMax { get; init; } = 8;

    /// <summary>How often the database is read for deliveries that are due. 10 ms to 1 min, default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the secret before the current one goes on signing. 0 to 30 days, default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan SecretOverlap { get; init; } = TimeSpan.FromDays(1);
}

[OptionsValidator]
internal sealed partial class WebhookOptionsValidator : IValidateOptions<WebhookOptions>;
