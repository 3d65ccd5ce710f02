using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Core.Broker;

/// <summary>
/// Refuses credentials and a virtual host that the broker refuses: MassTransit would try them for ever. A broker that is merely away is no
/// reason not to start, since jobs are accepted without it.
/// </summary>
internal sealed partial class BrokerStart(IOptions<BrokerOptions> options, OutageLog outages, ILogger<BrokerStart> logger) : StartupStep
{
    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.IsMemory)
        {
            return;
        }

        var (uri, factory) = (options.Value.Uri, options.Value.ConnectionFactory);
        try
        {
            await using var connection = await factory.CreateConnectionAsync(cancellationToken);

            // The driver calls a connection open before the broker has looked for the virtual host.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        }
        catch (BrokerUnreachableException e) when (e.InnerException is AuthenticationFailureException)
        {
            throw new StartupException(
                $"RabbitMQ at {uri.Host}:{uri.Port} refuses the user '{uri.UserInfo.Split(':')[0]}'. Correct user and password in Broker:Url.", e);
        }
        catch (Exception e) when (RefusalOf(e) is { } refusal)
        {
            throw new StartupException(
                $"RabbitMQ at {uri.Host}:{uri.Port} refuses the virtual host '{factory.VirtualHost}' to user '{factory.UserName}' ({refusal}). Create it (rabbitmqctl add_vhost), let the user in (rabbitmqctl set_permissions -p), or correct the end of Broker:Url.",
                e);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is: a broker that breaks off in the middle of the handshake, or of the goodbye, is away too.
            LogAway(uri.Host, uri.Port, e.InnerException?.Message ?? e.Message);
            outages.BrokerIsAway();
        }
    }

    /// <summary>Why the broker does not let the user into the virtual host, in its words; null where it did not say so.</summary>
    private static string? RefusalOf(Exception? exception) => exception switch
    {
        null => null,

        // That others hold all connections passes, and has the same code.
        OperationInterruptedException { ShutdownReason: { ReplyCode: Constants.NotAllowed, ReplyText: var text } } =>
            text.Contains("connection limit", StringComparison.Ordinal) ? null : text,
        _ => RefusalOf(exception.InnerException),
    };

    [LoggerMessage(1203, LogLevel.Warning, "RabbitMQ at {Host}:{Port} is not reachable, jobs wait until it is: {Reason}")]
    private partial void LogAway(string host, int port, string reason);
}
