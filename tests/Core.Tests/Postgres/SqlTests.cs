using System.Reflection;
using System.Text.RegularExpressions;
using Dapper;
using Pipeline.Core.Postgres;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Postgres;

public sealed partial class SqlTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    public static TheoryData<string, string> Statements()
    {
        var statements = new TheoryData<string, string>();
        foreach (var field in typeof(Migrator).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Sql", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(field => field.IsLiteral))
        {
            statements.Add($"{field.DeclaringType!.Name}.{field.Name}", (string)field.GetRawConstantValue()!);
        }

        return statements;
    }

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task Every_statement_fits_the_schema(string name, string sql)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var names = new List<string>();
        var positional = Parameter().Replace(sql, match =>
        {
            if (!names.Contains(match.Value))
            {
                names.Add(match.Value);
            }

            return $"${names.IndexOf(match.Value) + 1}";
        });

        await Should.NotThrowAsync(() => connection.ExecuteAsync($"prepare checked as {positional}"), name);
    }

    [GeneratedRegex("@[A-Za-z]+")]
    private static partial Regex Parameter();
}
