using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace Pipeline.Core.Hosting;

/// <summary>Why something failed, in words that a client may read: those of a driver name hosts, users and statements, and are for the log.</summary>
public static class PublicReason
{
    public static string Of(Exception exception) => exception switch
    {
        PostgresException { SqlState: var state } => $"PostgreSQL answered SQLSTATE {state}; the log has the details.",
        DbException or SocketException or HttpRequestException => $"A server that is needed failed{Detail(exception)}; the log has the details.",
        _ => exception.Message,
    };

    private static string Detail(Exception exception) =>
        exception.GetBaseException() is SocketException { SocketErrorCode: var code } ? $" ({code})" : "";
}
