using System.Text.RegularExpressions;
using Dapper;
using Pipeline.Core.Postgres.Rights;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Postgres.Rights;

/// <summary>The matrix has every table and function, and docs/security.md says what it says.</summary>
public sealed partial class RightsMatrixTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Every_table_of_the_schema_has_a_row() =>
        RightsMatrix.Tables.Select(table => table.Table).ShouldBe(
            await QueryAsync("select relname from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition order by relname collate \"C\""));

    [Fact]
    public void No_row_says_what_cannot_be_read() =>
        RightsMatrix.Tables.SelectMany(table => Enum.GetValues<DatabaseRole>().Select(table.Of)).OfType<string>()
            .ShouldAllBe(rights => Cell().IsMatch(rights));

    // A later migration that replaces one of them has to say so again.
    [Fact]
    public async Task Triggers_and_what_the_owner_does_for_others_run_with_the_rights_of_the_owner_on_the_tables_of_this_schema()
    {
        (await QueryAsync("""
            select proname from pg_proc p where pronamespace = current_schema()::regnamespace and (prosecdef or prorettype = 'trigger'::regtype)
               and not (prosecdef and proconfig @> array['search_path=public, pg_temp'] and not has_function_privilege('public', p.oid, 'execute'))
            """)).ShouldBeEmpty();
        (await QueryAsync("select proname from pg_proc where pronamespace = current_schema()::regnamespace and prosecdef")).Count().ShouldBe(RightsMatrix.Functions.Count + 4);
    }

    [Fact]
    public void The_security_document_has_the_same_rows()
    {
        var rows = File.ReadLines(RepositoryFiles.Path("docs", "security.md")).SkipWhile(line => !line.StartsWith("| Table |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'));

        rows.ShouldBe(RightsMatrix.Tables.Select(table => $"| `{table.Table}` {string.Concat(Enum.GetValues<DatabaseRole>().Select(role => Written(table.Of(role))))}|"));
    }

    [Fact]
    public void The_operations_document_says_of_every_table_what_ends_its_rows()
    {
        var rows = File.ReadLines(RepositoryFiles.Path("docs", "operations.md")).SkipWhile(line => !line.StartsWith("## What is kept", StringComparison.Ordinal)).SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|'));
        var text = string.Join('\n', rows.Select(row => row.Split('|')[2]));

        RightsMatrix.Tables.Select(table => table.Table).Where(table => !text.Contains($"`{table}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    /// <summary>Letters alone; in brackets those of some columns only.</summary>
    private static string Written(string? rights) => rights is null ? "| " : $"| {SomeColumns().Replace(rights, "($1)")} ";

    [GeneratedRegex(@"^[SIUD](\([a-z_]+(, [a-z_]+)*\))?( [SIUD](\([a-z_]+(, [a-z_]+)*\))?)*$")]
    private static partial Regex Cell();

    [GeneratedRegex(@"([SIUD])\([^)]*\)")]
    private static partial Regex SomeColumns();

    private async Task<IEnumerable<string>> QueryAsync(string sql)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.QueryAsync<string>(sql);
    }
}
