using System.Text.Json.Serialization;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Core.Subscriptions;

/// <summary>
/// Takes events off the hands of those who make them, at once and always: a slow or absent broker costs events, and never
/// holds up a model. The transport of the process carries them.
/// </summary>
public sealed class EventSender(IOptions<EventOptions> options)
{
    private readonly Channel<OutgoingEvent> _outgoing = Channel.CreateBounded<OutgoingEvent>(new BoundedChannelOptions(options.Value.MessagesMax)
    {
        // The oldest is the least missed: whoever lacks it sees the gap before the next one.
        FullMode = BoundedChannelFullMode.DropOldest,
        SingleReader = true,
    });

    private volatile string? _address;

    /// <summary>Where this process receives the events of jobs; null while the broker is away. Each connection has another.</summary>
    public string? Address => _address;

    internal ChannelReader<OutgoingEvent> Outgoing => _outgoing.Reader;

    internal void Send(string address, JobEvent jobEvent) => _outgoing.Writer.TryWrite(new(address, jobEvent, null));

    internal void Broadcast(SubscribeToJobs subscription) => _outgoing.Writer.TryWrite(new(null, null, subscription));

    /// <summary>The transport has connected, or lost its connection.</summary>
    internal void SetAddress(string? address)
    {
        _address = address;

        // What was written for a connection that is gone is stale, and addressed to queues that went with it.
        while (_outgoing.Reader.TryRead(out _))
        {
        }
    }
}

/// <summary>Either an event for one process, or a subscription for all workers.</summary>
internal readonly record struct OutgoingEvent(string? Address, JobEvent? Event, SubscribeToJobs? Subscription);

/// <summary>Events as they travel; escaped, since only this program reads them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(JobEvent))]
[JsonSerializable(typeof(SubscribeToJobs))]
internal sealed partial class EventJson : JsonSerializerContext;
