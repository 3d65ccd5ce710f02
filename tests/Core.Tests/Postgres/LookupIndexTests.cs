using Dapper;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Postgres;

public sealed class LookupIndexTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string BareIds = """
        select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
         where i.indrelid::regclass::text in ('jobs', 'dispatches') and not i.indisprimary
           and exists (select from pg_attribute a where a.attrelid = i.indrelid and a.attname = 'id' and a.attnum = any(i.indkey))
        """;

    // With statistics of a moment when nothing was committed, PostgreSQL took such an index for lookups by id and read all of it each time.
    [Fact]
    public async Task No_index_but_the_primary_key_serves_a_lookup_by_id()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        (await connection.QueryAsync<string>(BareIds)).ShouldBeEmpty();
    }
}
