using System.Security.Cryptography;
using Dapper;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Encryption;

/// <summary>A database that encrypted APIs work on, one after the other or beside each other.</summary>
public sealed class EncryptedApi : IAsyncLifetime
{
    private static readonly (string, string)[] Settings =
    [
        ("Webhooks:AllowPrivateTargets", "true"), ("Webhooks:AllowHttp", "true"), ("Webhooks:PollInterval", "00:00:00.020"),
        ("Api:BatchPollInterval", "00:00:00.100"), ("Search:EmbedTimeout", "00:01:00"),
    ];

    private static readonly (string, string)[] Absent = [("Encryption:Key", ""), ("Encryption:KeyFile", "")];

    internal PostgresDatabase Database { get; } = new();

    internal string Key { get; } = NewKey();

    public ValueTask InitializeAsync() => Database.InitializeAsync();

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    internal static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>An API with scripted workers and the key.</summary>
    internal Task<ApiHost> StartAsync() => StartAsync(("Encryption:Key", Key));

    /// <summary>With these settings, whatever the environment of the tests says.</summary>
    internal Task<ApiHost> StartAsync(params (string, string)[] more) => ApiHost.StartAsync(
        Database.ConnectionString, new ScriptedEmotion { Fingerprint = "a model" }, [.. Settings, .. Absent.ExceptBy(more.Select(setting => setting.Item1), setting => setting.Item1), .. more]);

    internal async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    /// <summary>Columns of any table in which some row has the word, as text or as bytes.</summary>
    internal async Task<IReadOnlyList<string>> ColumnsWithAsync(string word)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var columns = await connection.QueryAsync<(string Table, string Column)>("""
            select c.table_schema || '.' || quote_ident(c.table_name), quote_ident(c.column_name) from information_schema.columns c
              join pg_class p on p.oid = (quote_ident(c.table_schema) || '.' || quote_ident(c.table_name))::regclass and not p.relispartition and p.relkind in ('r', 'p')
             where c.table_schema not in ('pg_catalog', 'information_schema') order by 1, 2
            """);
        List<string> found = [];
        foreach (var (table, column) in columns)
        {
            var parameters = new { Text = $"%{word}%", Bytes = $"%{Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(word))}%" };
            if (await connection.ExecuteScalarAsync<bool>($"select exists (select from {table} t where t.{column}::text ilike @Text or t.{column}::text like @Bytes)", parameters))
            {
                found.Add($"{table["public.".Length..]}.{column}");
            }
        }

        return found;
    }
}
