using Microsoft.Extensions.Logging;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Clients;

/// <summary>Tells the engines of this process, every few seconds, how much the turns of clients count.</summary>
internal sealed class ClientWeights(ClientStore clients, ClientWeightsSink sink, TimeProvider time, ILogger<ClientWeights> logger) : LoopService(time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            sink.Replace(await clients.FindWeightsAsync(stoppingToken));
            RoundDone();
            await Task.Delay(Interval, Time, stoppingToken);
        }
    }
}

/// <param name="Replace">Takes the weights of the clients that have another than 1, by client id.</param>
public sealed record ClientWeightsSink(Action<IReadOnlyDictionary<string, double>> Replace);
