using System.Net.Sockets;
using Npgsql;

namespace Pipeline.Core.Postgres;

/// <summary>Tells an unreachable or restarting server, where trying again helps, from a statement that can never succeed.</summary>
public static class TransientErrors
{
    public static bool IsTransient(Exception exception) => exception switch
    {
        // Shutdown (57P01..57P03) and connection failures (08…) are not all flagged by the driver, and neither are a server that is no
        // longer the primary and one that ends statements which take long.
        PostgresException e => e.IsTransient || e.SqlState.StartsWith("57P0", StringComparison.Ordinal) || e.SqlState.StartsWith("08", StringComparison.Ordinal)
            || e.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.QueryCanceled,
        NpgsqlException e => e.IsTransient || e.InnerException is IOException or SocketException or TimeoutException,
        FileNotFoundException or DirectoryNotFoundException => false, // IOExceptions, but of no server.
        SocketException or IOException or TimeoutException => true,
        _ => false,
    };
}

/// <summary>Postgres could not be reached in time. Nothing was accepted or changed as far as the caller may assume; try again.</summary>
public sealed class StoreUnavailableException : Exception
{
    public StoreUnavailableException(Exception cause)
        : base("The database cannot be reached at the moment.", cause)
    {
    }
}
