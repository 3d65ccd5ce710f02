using Npgsql;

namespace Pipeline.Core.Postgres;

/// <summary>
/// A server that takes no writes, as one does that was the primary before a failover. Its sessions stay read-only once the server is
/// a primary again, or its name leads to another one, so none of them comes into the pool: each try looks for the primary anew.
/// </summary>
internal static class ReadOnlyDatabase
{
    /// <summary>Whether the session that is asked takes no writes.</summary>
    public const string Question = "select current_setting('transaction_read_only') = 'on'";

    public static void Refuse(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Question, connection);
        Refuse(command.ExecuteScalar());
    }

    public static Task RefuseAsync(NpgsqlConnection connection) => RefuseAsync(connection, CancellationToken.None);

    /// <exception cref="ReadOnlyDatabaseException">The session takes no writes.</exception>
    public static async Task RefuseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Question, connection);
        Refuse(await command.ExecuteScalarAsync(cancellationToken));
    }

    private static void Refuse(object? isReadOnly)
    {
        if (isReadOnly is true)
        {
            throw new ReadOnlyDatabaseException();
        }
    }
}

/// <summary>The server takes no writes; it, or another under its name, will.</summary>
public sealed class ReadOnlyDatabaseException() : NpgsqlException("The database is read-only, as a server is that is no longer the primary.")
{
    public override bool IsTransient => true;
}
