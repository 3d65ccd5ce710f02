using Pipeline.Chaos.Rigs;
using Pipeline.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Chaos.Faults;

/// <summary>An orderly restart.</summary>
/// <param name="server">postgres or rabbitmq.</param>
internal sealed class RestartServer(string server) : IFault
{
    public string Name => $"restart {server}";

    public Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken) =>
        rig.WithServersAsync(servers => servers.ControlAsync("restart", server), cancellationToken);
}

/// <summary>kill -9, and a start that has to recover.</summary>
internal sealed class CrashPostgres : IFault
{
    public string Name => "crash postgres";

    public Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken) =>
        rig.WithServersAsync(servers => servers.CrashAsync("postgres"), cancellationToken);
}

/// <summary>
/// kill -9, and a start that has to recover: not within the half second before RabbitMQ writes down the name of a new quorum
/// queue. Killed then, it has a queue without a log, which takes nothing until an operator deletes it.
/// </summary>
internal sealed class CrashRabbitMq : IFault
{
    private static readonly TimeSpan NameKept = TimeSpan.FromSeconds(2);

    public string Name => "crash rabbitmq";

    public Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken) => rig.WithServersAsync(
        async servers =>
        {
            while (!await QueuesHaveQueuesAsync(rig, cancellationToken))
            {
                await Pause.ForAsync(NameKept, cancellationToken);
            }

            await Pause.ForAsync(NameKept, cancellationToken);
            await servers.CrashAsync("rabbitmq");
        },
        cancellationToken);

    private static async Task<bool> QueuesHaveQueuesAsync(Rig rig, CancellationToken cancellationToken)
    {
        await using var connection = await rig.ConnectToBrokerAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            foreach (var queue in AnalyzeEmotion.Descriptor.Queues)
            {
                await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
            }

            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }
}
