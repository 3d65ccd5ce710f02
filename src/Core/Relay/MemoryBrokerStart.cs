using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Broker;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Relay;

/// <summary>A broker in memory begins empty: whatever was on its way when the last process ended waits again.</summary>
internal sealed partial class MemoryBrokerStart(DispatchStore store, IOptions<BrokerOptions> options, ILogger<MemoryBrokerStart> logger) : StartupStep
{
    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.IsMemory && await store.GiveBackAllAsync(cancellationToken) is > 0 and var messages)
        {
            LogDispatchedAgain(messages);
        }
    }

    [LoggerMessage(1207, LogLevel.Information, "Dispatching {Messages} messages again, which the last process had in memory")]
    private partial void LogDispatchedAgain(int messages);
}
