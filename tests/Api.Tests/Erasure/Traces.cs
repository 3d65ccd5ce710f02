using System.Text;
using Dapper;
using Npgsql;

namespace Pipeline.Api.Tests.Erasure;

/// <summary>Looks for a word in every row of every table, whatever its columns are.</summary>
internal sealed class Traces(string connectionString)
{
    // Partitions are looked at through their parent.
    private const string Tables = """
        select n.nspname || '.' || quote_ident(c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not in ('pg_catalog', 'information_schema') order by 1
        """;

    private const string TablesWithText = """
        select distinct c.table_schema || '.' || quote_ident(c.table_name) from information_schema.columns c
          join pg_class p on p.relname = c.table_name and not p.relispartition and p.relkind in ('r', 'p')
         where c.table_schema = 'public' and (c.data_type in ('text', 'json', 'jsonb', 'bytea', 'character varying', 'tsvector') or c.udt_name in ('_text', '_json', '_jsonb', '_bytea'))
         order by 1
        """;

    /// <summary>Tables with a row that has the word, as text or as bytes.</summary>
    public async Task<IReadOnlyList<string>> OfAsync(string word)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        List<string> found = [];
        foreach (var table in await connection.QueryAsync<string>(Tables))
        {
            var parameters = new { Text = $"%{word}%", Bytes = $"%{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(word))}%" };
            if (await connection.ExecuteScalarAsync<bool>($"select exists (select from {table} t where t::text ilike @Text or t::text like @Bytes)", parameters))
            {
                found.Add(table);
            }
        }

        return found;
    }

    public async Task<IReadOnlyList<string>> TablesWithTextAsync()
    {
        await using var connection = new NpgsqlConnection(connectionString);
        return [.. await connection.QueryAsync<string>(TablesWithText)];
    }
}
