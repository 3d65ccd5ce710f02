using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using RabbitMQ.Client;

namespace Pipeline.Core.Broker;

/// <summary>The message broker. Section <c>Broker</c>.</summary>
public sealed class BrokerOptions
{
    public const string Section = "Broker";

    /// <summary>The value of <see cref="Url"/> that keeps messages inside one process.</summary>
    public const string Memory = "memory";

    /// <summary><c>amqp://user:password@host:5672/vhost</c>, with TLS <c>amqps://…:5671/vhost</c>, or <c>memory</c> for one process that does everything.</summary>
    [Required(ErrorMessage = "Broker:Url is not set. Set it to amqp://user:password@host:5672/, for example with the environment variable Broker__Url, or start everything with ./run.")]
    public string Url { get; init; } = "";

    /// <summary>
    /// Certificates in PEM that are trusted alone to vouch for a broker behind <c>amqps://</c>; null, the default: those that the system
    /// trusts.
    /// </summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>Put before each queue's name, so that several pipelines can share a broker. At most 32 characters; default none.</summary>
    [RegularExpression("[a-z0-9.-]{0,32}", ErrorMessage = "Broker:QueuePrefix may hold up to 32 of a-z, 0-9, '.' and '-'.")]
    public string QueuePrefix { get; init; } = "";

    /// <summary>
    /// How the broker keeps messages; default classic. Every process must say the same, and a queue of the other type has to be deleted first.
    /// </summary>
    public QueueType QueueType { get; init; } = QueueType.Classic;

    /// <summary>Most messages on their way to the broker at once. 1 to 10,000, default 500.</summary>
    [Range(1, 10_000)]
    public int DispatchGroupMax { get; init; } = 500;

    /// <summary>How long the broker may take to confirm a group before it is sent again. 1 s to 5 min, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a queue may stay silent though the broker answers before its receiver is made anew. 1 s to 10 min, default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ReceiveTimeout { get; init; } = TimeSpan.FromSeconds(20);

    internal bool IsMemory => Url == Memory;

    /// <exception cref="StartupException">The URL is none that a broker can have.</exception>
    internal Uri Uri => Uri.TryCreate(Url, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps"
        ? uri
        : throw new StartupException("Broker:Url is neither amqp://user:password@host:5672/ nor 'memory' (for one process that does everything). Correct it.");

    /// <summary>For connections that are not mended once they break: who uses one starts anew.</summary>
    internal ConnectionFactory ConnectionFactory
    {
        get
        {
            ConnectionFactory factory = new() { Uri = Uri, AutomaticRecoveryEnabled = false };
            factory.Ssl.CertificateValidationCallback = IsSecure ? BrokerTrust.Of(CertificateAuthorityFile) : null;
            return factory;
        }
    }

    internal bool IsSecure => Uri.Scheme is "amqps";

    internal string QueueName(string queue) => QueuePrefix + queue;
}

/// <summary>Types of RabbitMQ's queues. What either loses is sent again from the database.</summary>
public enum QueueType
{
    /// <summary>In the memory of one node: no message waits for a disk. A broker that restarts has lost the window of each queue.</summary>
    Classic,

    /// <summary>On the disks of most nodes of a cluster: goes on without a node that fails, and each message is written before it is delivered.</summary>
    Quorum,
}

[OptionsValidator]
internal sealed partial class BrokerOptionsValidator : IValidateOptions<BrokerOptions>;
