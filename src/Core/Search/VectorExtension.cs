using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Search;

/// <summary>pgvector in the database.</summary>
internal static class VectorExtension
{
    // Fails for a user who may not; then the operator has to, or the exact scan is used. Not to be prepared, hence not public.
    private const string CreateExtension = "create extension if not exists vector";

    private const string ExtensionVersion = "select extversion from pg_extension where extname = 'vector'";

    private const string IsAvailable = "select exists (select from pg_available_extensions where name = 'vector')";

    /// <summary>Its version, after it was made where the server has it and the user may; null where the database has none.</summary>
    public static async Task<Version?> FindAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (await ScalarAsync<bool>(IsAvailable))
        {
            try
            {
                await connection.ExecuteAsync(CreateExtension, null, cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UniqueViolation)
            {
                // A user who may not, or another process that was faster.
            }
        }

        return Version.TryParse(await ScalarAsync<string?>(ExtensionVersion), out var version) ? version : null;

        Task<T?> ScalarAsync<T>(string sql) => connection.ExecuteScalarAsync<T>(sql, null, cancellationToken);
    }
}
