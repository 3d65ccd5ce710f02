using Dapper;
using Npgsql;

namespace Pipeline.Core.Postgres;

/// <summary>
/// Asks by the indexes that are there for a statement. PostgreSQL keeps plans, and takes statistics, of moments when a table looked quite
/// different: by its indexes such a statement is quick always.
/// </summary>
internal static class IndexPlans
{
    // What has no index, such as workers, is then thought to cost so much that PostgreSQL would compile the statement: 175 ms a look.
    internal const string ByIndex = """
        select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('jit', 'off', true)
        """;

    // Without a sort only an index is left that has the rows in the order that is asked for.
    internal const string InIndexOrder = """
        select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true),
               set_config('jit', 'off', true)
        """;

    /// <summary>The rows of one statement.</summary>
    public static Task<IReadOnlyList<T>> QueryByIndexAsync<T>(this NpgsqlConnection connection, string sql, object parameters, CancellationToken cancellationToken) =>
        QueryAsync<T>(connection, ByIndex, sql, parameters, cancellationToken);

    /// <summary>The same of a statement whose order an index has.</summary>
    public static Task<IReadOnlyList<T>> QueryInIndexOrderAsync<T>(this NpgsqlConnection connection, string sql, object parameters, CancellationToken cancellationToken) =>
        QueryAsync<T>(connection, InIndexOrder, sql, parameters, cancellationToken);

    private static async Task<IReadOnlyList<T>> QueryAsync<T>(NpgsqlConnection connection, string setting, string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var rows = await connection.QueryMultipleAsync(new CommandDefinition($"{setting}; {sql}", parameters, cancellationToken: cancellationToken));
        await rows.ReadAsync(); // What the setting answers.
        return (await rows.ReadAsync<T>()).AsList();
    }
}
