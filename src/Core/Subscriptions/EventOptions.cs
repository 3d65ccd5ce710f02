using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Subscriptions;

/// <summary>How the updates of jobs reach their subscribers. Section <c>Events</c>.</summary>
public sealed class EventOptions
{
    public const string Section = "Events";

    /// <summary>Shortest time between two messages about one job; text that comes in between travels together, the first at once. 0 to 10 s, default 20 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan ChunkInterval { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a subscription lasts at a worker unless the API renews it, which it does three times in that time. 1 s to 10 min, default 9 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan SubscriptionLifetime { get; init; } = TimeSpan.FromSeconds(9);

    /// <summary>Most subscriptions that one worker remembers; of further jobs only states and results are seen. 1 to 1,000,000, default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int SubscriptionsMax { get; init; } = 10_000;

    /// <summary>
    /// Longest text of one job that is kept for its subscribers, in UTF-16 code units; what is longer comes with the
    /// result. 1,000 to 10,000,000, default 262,144.
    /// </summary>
    [Range(1_000, 10_000_000)]
    public int TextLengthMax { get; init; } = 262_144;

    /// <summary>Most messages that wait to be sent, and that the broker keeps for one process; then the oldest are dropped. 16 to 1,000,000, default 8,192.</summary>
    [Range(16, 1_000_000)]
    public int MessagesMax { get; init; } = 8_192;

    /// <summary>How often the database is asked for the states and places of all jobs with subscribers. 50 ms to 1 min, default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How far ahead of a waiting job others are counted: 1,000 then means 1,000 or more. 1 to 100,000, default 1,000.</summary>
    [Range(1, 100_000)]
    public int JobsAheadMax { get; init; } = 1_000;
}

[OptionsValidator]
internal sealed partial class EventOptionsValidator : IValidateOptions<EventOptions>;
