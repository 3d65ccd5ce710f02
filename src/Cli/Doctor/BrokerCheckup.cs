using System.Text;
using Pipeline.Contracts;
using Pipeline.Core.Broker;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Cli.Doctor;

/// <summary>
/// Looks at the broker over AMQP: its version, what its user may do, and whether queues have the arguments that the pipeline declares them with.
/// Policies of the broker (a limit of length, an end of messages or queues) change what a queue does and no argument of it, so that
/// nothing shows them but the management API, whose address and rights the pipeline needs for nothing else.
/// </summary>
internal sealed class BrokerCheckup(CliEnvironment environment)
{
    public const string Variable = "Broker__Url";

    private const string PrefixVariable = "Broker__QueuePrefix";
    private const string TypeVariable = "Broker__QueueType";
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
            return [Version(VersionOf(connection)), await RightsAsync(connection, cancellationToken), .. await QueuesAsync(connection, cancellationToken)];
        }
        catch (BrokerUnreachableException e)
        {
            return [Finding.Bad($"RabbitMQ at {uri.Host}:{uri.Port} does not let us in: {(e.InnerException ?? e).Message.TrimEnd('.')}.", $"Start it, or correct {Variable}. Jobs are accepted meanwhile, and wait.")];
        }
    }

    /// <param name="text">As the broker says it; empty where it does not.</param>
    internal static Finding Version(string text) =>
        !System.Version.TryParse(text.Split('-')[0], out var version) ? Finding.Warning("The broker does not say its version.", "The pipeline is tested with RabbitMQ 3.10 and 4.1.")
            : version < TooOld ? Finding.Bad($"RabbitMQ is version {version}, older than any that the pipeline is tested with.", "Upgrade it to 4.1.")
            : version >= TooNew ? Finding.Bad($"RabbitMQ is version {version}, which refuses queues that MassTransit 8 declares.", "Use 4.1 or 4.2.")
            : Finding.Good($"RabbitMQ is version {version}.");

    private static string VersionOf(IConnection connection) =>
        connection.ServerProperties is { } properties && properties.TryGetValue("version", out var value) && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : "";

    /// <summary>Does what every role does, with an exchange and a queue that end with this connection.</summary>
    private async Task<Finding> RightsAsync(IConnection connection, CancellationToken cancellationToken)
    {
        var name = $"{environment.Variable(PrefixVariable)}doctor-{Guid.CreateVersion7():n}";
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: false, autoDelete: true, cancellationToken: cancellationToken);
            await channel.QueueDeclareAsync(name, durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken);
            await channel.QueueBindAsync(name, name, routingKey: "", cancellationToken: cancellationToken);
            await channel.BasicPublishAsync(name, routingKey: "", ReadOnlyMemory<byte>.Empty, cancellationToken);
            await channel.BasicPublishAsync(exchange: "", name, ReadOnlyMemory<byte>.Empty, cancellationToken);

            // A refusal of what was sent comes at the latest before the answer to this.
            await channel.BasicGetAsync(name, autoAck: true, cancellationToken);
            await channel.QueueDeleteAsync(name, cancellationToken: cancellationToken);
            return Finding.Good("The user of the broker may declare, bind, send and receive.");
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode is Constants.AccessRefused)
        {
            return Finding.Bad($"The user of the broker may not do what every role does: {e.ShutdownReason.ReplyText}", "Let it: rabbitmqctl set_permissions -p VHOST USER '.*' '.*' '.*'.");
        }
    }

    /// <summary>Nobody can use a queue that somebody declared with other arguments.</summary>
    private async Task<IReadOnlyList<Finding>> QueuesAsync(IConnection connection, CancellationToken cancellationToken)
    {
        var prefix = environment.Variable(PrefixVariable) ?? "";
        if (!Enum.TryParse<QueueType>(environment.Variable(TypeVariable) ?? nameof(QueueType.Classic), ignoreCase: true, out var type))
        {
            return [Finding.Bad($"{TypeVariable} is '{environment.Variable(TypeVariable)}'.", "Set it to classic or quorum.")];
        }

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
            if (await RefusalAsync(connection, name, type, cancellationToken) is { } refusal)
            {
                findings.Add(Finding.Bad($"Queue {name} is not as the pipeline declares it: {refusal}", $"Delete it (rabbitmqctl delete_queue {name}), and it is declared again and its jobs are sent again by themselves; or set {TypeVariable} to the type that it has."));
            }
        }

        findings.Add(Finding.Good($"{there.Count} of {JobCatalog.Own.Queues.Count} queues exist; the others are declared when they are needed. Policies cannot be seen from here: rabbitmqctl list_policies."));
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

    private static async Task<string?> RefusalAsync(IConnection connection, string queue, QueueType type, CancellationToken cancellationToken)
    {
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, BrokerQueues.Arguments(type), cancellationToken: cancellationToken);
            return null;
        }
        catch (OperationInterruptedException e)
        {
            return e.ShutdownReason?.ReplyText ?? e.Message;
        }
    }
}
