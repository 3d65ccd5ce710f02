using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Core.Broker;

/// <summary>
/// Refuses credentials that the broker refuses: MassTransit would try them for ever. A broker that is merely away is no
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

        var uri = options.Value.Uri;
        try
        {
            await using var connection = await options.Value.ConnectionFactory.CreateConnectionAsync(cancellationToken);
        }
        catch (BrokerUnreachableException e) when (e.InnerException is AuthenticationFailureException)
        {
            throw new StartupException(
                $"RabbitMQ at {uri.Host}:{uri.Port} refuses the user '{uri.UserInfo.Split(':')[0]}'. Correct user and password in Broker:Url.", e);
        }
        catch (BrokerUnreachableException e) when (e.InnerException is OperationInterruptedException { ShutdownReason.ReplyCode: 530 })
        {
            throw new StartupException(
                $"RabbitMQ at {uri.Host}:{uri.Port} has no virtual host '{uri.AbsolutePath}' for this user. Create it, or correct the end of Broker:Url.", e);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is: a broker that breaks off in the middle of the handshake, or of the goodbye, is away too.
            LogAway(uri.Host, uri.Port, e.InnerException?.Message ?? e.Message);
            outages.BrokerIsAway();
        }
    }

    [LoggerMessage(1203, LogLevel.Warning, "RabbitMQ at {Host}:{Port} is not reachable, jobs wait until it is: {Reason}")]
    private partial void LogAway(string host, int port, string reason);
}
