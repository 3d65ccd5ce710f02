using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Core.Hosting;

/// <summary>
/// Tells of a server that is away in one line, and in one more when it is back, however many parts of this process notice: each queue
/// that is received from, and each loop.
/// </summary>
public sealed partial class OutageLog(TimeProvider time, ILogger<OutageLog> logger) : IDisposable
{
    internal const string Database = "PostgreSQL";
    internal const string Broker = "RabbitMQ";

    // Parts find out one after another: a connection of the pool that broke is noticed when it is next used.
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Outage> _outages = [];

    /// <summary>Something failed; true where that was the doing of a server that is away, which is told of here.</summary>
    /// <param name="part">Who says so, and will say when it works again; null: somebody who will not.</param>
    /// <param name="exception">Why it failed.</param>
    public bool Failed(object? part, Exception exception)
    {
        if (ServerOf(exception) is not { } server)
        {
            return false;
        }

        Begin(server, part, exception.GetBaseException().Message);
        return true;
    }

    /// <summary>An outage that somebody has told of already.</summary>
    internal void BrokerIsAway() => Begin(Broker, part: null, reason: null);

    /// <summary>What failed before works again, or is no longer wanted.</summary>
    public void Works(object part)
    {
        lock (_lock)
        {
            foreach (var outage in _outages.Values)
            {
                if (outage.Parts.Remove(part))
                {
                    outage.Worked = time.GetTimestamp();
                    EndSoon(outage);
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var outage in _outages.Values)
            {
                outage.End.Dispose();
            }

            _outages.Clear();
        }
    }

    private void Begin(string server, object? part, string? reason)
    {
        lock (_lock)
        {
            if (!_outages.TryGetValue(server, out var outage))
            {
                var now = time.GetTimestamp();
                _outages[server] = outage = new()
                {
                    Since = now,
                    Failed = now,
                    End = time.CreateTimer(_ => End(server), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan),
                };
                if (reason is not null)
                {
                    LogAway(server, reason);
                }
            }

            if (part is not null)
            {
                outage.Parts.Add(part);
            }

            (outage.Failed, outage.Worked) = (time.GetTimestamp(), null);
            EndSoon(outage);
        }
    }

    private static void EndSoon(Outage outage) => outage.End.Change(QuietTime, Timeout.InfiniteTimeSpan);

    private void End(string server)
    {
        lock (_lock)
        {
            // One part that works again speaks for those that try once in an hour. A failure may have come while this waited for the lock.
            if (_outages.TryGetValue(server, out var outage) && (outage.Worked is not null || outage.Parts.Count is 0) && time.GetElapsedTime(outage.Failed) >= QuietTime)
            {
                _outages.Remove(server);
                outage.End.Dispose();
                LogBack(server, time.GetElapsedTime(outage.Since, outage.Worked ?? outage.Failed).TotalSeconds);
            }
        }
    }

    /// <summary>Null: it concerns whoever asked alone, such as a queue that was declared otherwise, or a statement that took too long.</summary>
    private string? ServerOf(Exception exception) => exception switch
    {
        OperationInterruptedException { ShutdownReason.ReplyCode: Constants.AccessRefused or Constants.NotFound or Constants.ResourceLocked or Constants.PreconditionFailed } => null,
        RabbitMQClientException or BrokerUnreachableException => Broker,
        PostgresException { SqlState: var state } => state.StartsWith("57P0", StringComparison.Ordinal) || state.StartsWith("08", StringComparison.Ordinal)
            || state is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.TooManyConnections ? Database : null,
        NpgsqlException => Database,
        { InnerException: { } inner } => ServerOf(inner),
        ConnectionException => Broker,

        // What does not come in time: of a queue that takes nothing or a row that is locked, or of a server that is known to be away.
        OperationCanceledException or TimeoutException => IsAway(Broker) ? Broker : IsAway(Database) ? Database : null,
        _ => null,
    };

    private bool IsAway(string server)
    {
        lock (_lock)
        {
            return _outages.ContainsKey(server);
        }
    }

    [LoggerMessage(1304, LogLevel.Warning, "{Server} cannot be used, trying again until it can: {Reason}")]
    private partial void LogAway(string server, string reason);

    [LoggerMessage(1305, LogLevel.Information, "{Server} works again after {Seconds:0.0} s")]
    private partial void LogBack(string server, double seconds);

    private sealed class Outage
    {
        public required long Since { get; init; }

        /// <summary>When something failed last.</summary>
        public required long Failed { get; set; }

        /// <summary>When something last worked again; null where nothing has since something failed.</summary>
        public long? Worked { get; set; }

        public required ITimer End { get; init; }

        public HashSet<object> Parts { get; } = [];
    }
}

/// <summary>Every loop of the process tells of servers in one place: thirty of them would hand it through their constructors.</summary>
internal sealed class SharedOutages(IServiceProvider services, OutageLog outages) : StartupStep
{
    public override Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var loop in services.GetServices<IHostedService>().OfType<LoopService>())
        {
            loop.Outages = outages;
        }

        return Task.CompletedTask;
    }
}
