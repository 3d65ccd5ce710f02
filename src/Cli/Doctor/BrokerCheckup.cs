using System.Text;
using Pipeline.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Cli.Doctor;

/// <summary>Looks at the broker, and asks it for queues with the arguments that the pipeline declares them with.</summary>
internal sealed class BrokerCheckup(CliEnvironment environment)
{
    public const string Variable = "Broker__Url";

    private const string PrefixVariable = "Broker__QueuePrefix";
    private const string InMemory = "memory";

    // From there on it refuses queues that MassTransit 8 declares.
    private static readonly Version TooNew = new(4, 3);
    private static readonly Version TooOld = new(3, 10);

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        var url = environment.Variable(Variable);
        if (url is InMemory)
        {
            return [Finding.Warning("Messages stay in the memory of one process.", $"For more than one process set {Variable} to a RabbitMQ.")];
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps"))
        {
            return [Finding.Bad($"{Variable} is not set to a broker.", "Set it like amqp://user:password@host:5672/.")];
        }

        try
        {
            var factory = new ConnectionFactory { Uri = uri, AutomaticRecoveryEnabled = false, ClientProvidedName = "pipeline doctor" };
            await using var connection = await factory.CreateConnectionAsync(cancellationToken);
            return [Version(connection), .. await QueuesAsync(connection, cancellationToken)];
        }
        catch (BrokerUnreachableException e)
        {
            return [Finding.Bad($"RabbitMQ at {uri.Host}:{uri.Port} does not let us in: {(e.InnerException ?? e).Message.TrimEnd('.')}.", $"Start it, or correct {Variable}. Jobs are accepted meanwhile, and wait.")];
        }
    }

    private static Finding Version(IConnection connection)
    {
        var text = connection.ServerProperties is { } properties && properties.TryGetValue("version", out var value) && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : "";
        return !System.Version.TryParse(text.Split('-')[0], out var version) ? Finding.Warning("The broker does not say its version.", "The pipeline is tested with RabbitMQ 3.10 and 4.1.")
            : version < TooOld ? Finding.Bad($"RabbitMQ is version {version}: quorum queues need more.", "Upgrade it to 4.1.")
            : version >= TooNew ? Finding.Bad($"RabbitMQ is version {version}, which refuses queues that MassTransit 8 declares.", "Use 4.1 or 4.2.")
            : Finding.Good($"RabbitMQ is version {version}.");
    }

    /// <summary>A queue that somebody declared otherwise, or that a policy of the broker changes, is one that nobody can use.</summary>
    private async Task<IReadOnlyList<Finding>> QueuesAsync(IConnection connection, CancellationToken cancellationToken)
    {
        var prefix = environment.Variable(PrefixVariable) ?? "";
        List<string> there = [];
        List<Finding> findings = [];
        foreach (var queue in JobCatalog.Own.Queues)
        {
            var name = prefix + queue;
            if (!await ExistsAsync(connection, name, cancellationToken))
            {
                continue;
            }

            there.Add(name);
            if (await RefusalAsync(connection, name, cancellationToken) is { } refusal)
            {
                findings.Add(Finding.Bad($"Queue {name} is not as the pipeline declares it: {refusal}", $"Delete it (rabbitmqctl delete_queue {name}): it is declared again, and its jobs are sent again by themselves. Check policies with rabbitmqctl list_policies."));
            }
        }

        findings.Add(Finding.Good($"{there.Count} of {JobCatalog.Own.Queues.Count} queues exist; the others are declared when they are needed."));
        return findings;
    }

    private static async Task<bool> ExistsAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
            return true;
        }
        catch (OperationInterruptedException)
        {
            return false;
        }
    }

    private static async Task<string?> RefusalAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Core.Broker.BrokerQueues.Arguments, cancellationToken: cancellationToken);
            return null;
        }
        catch (OperationInterruptedException e)
        {
            return e.ShutdownReason?.ReplyText ?? e.Message;
        }
    }
}
