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
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(field => field.IsLiteral && field.FieldType == typeof(string)))
        {
            if (field.GetRawConstantValue() is string text && Statement().IsMatch(text))
            {
                statements.Add($"{field.DeclaringType!.Name}.{field.Name}", text);
            }
        }

        return statements;
    }

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task Every_statement_fits_the_schema(string name, string sql)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await Should.NotThrowAsync(() => connection.ExecuteAsync($"prepare checked as {Positional(sql).Text}"), name);
    }

    /// <summary>A statement with its parameters as PREPARE takes them, and how many they are.</summary>
    internal static (string Text, int Parameters) Positional(string sql)
    {
        var names = new List<string>();
        var text = Parameter().Replace(sql, match =>
        {
            if (!names.Contains(match.Value))
            {
                names.Add(match.Value);
            }

            return $"${names.IndexOf(match.Value) + 1}";
        });
        return (text, names.Count);
    }

    [Fact]
    public void The_statements_of_every_store_are_found()
    {
        var owners = Statements().Select(row => row.Data.Item1.Split('.')[0]).ToHashSet();

        typeof(Migrator).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Store", StringComparison.Ordinal) && type is { IsClass: true, IsNested: false })
            .Select(type => type.Name)
            .Except(owners)
            .ShouldBeEmpty();
    }

    // What cannot be prepared (copy, create) and parts of statements do not begin like this.
    [GeneratedRegex(@"^\s*(select|insert into|update|delete from|with)\s")]
    private static partial Regex Statement();

    [GeneratedRegex("@[A-Za-z]+")]
    private static partial Regex Parameter();
}
