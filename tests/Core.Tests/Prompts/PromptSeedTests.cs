using Dapper;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Clients;
using Pipeline.Core.Prompts;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Prompts;

public sealed class PromptSeedTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly JobCatalog _catalog = JobCatalog.Own;

    [Fact]
    public async Task Seeding_again_changes_nothing_and_mends_what_is_missing()
    {
        await SeedAsync();
        var first = await RowsAsync();
        await SeedAsync();
        (await RowsAsync()).ShouldBe(first);

        await ExecuteAsync("delete from prompts where kind = 'chat' and name = 'coding'");
        await SeedAsync();

        (await RowsAsync()).Count.ShouldBe(_catalog.Prompts.Count);
        first.Count.ShouldBe(_catalog.Prompts.Count);
    }

    [Fact]
    public async Task A_newer_version_is_used_and_an_older_build_does_not_go_back()
    {
        await SeedAsync();
        await ExecuteAsync("""
            with newer as (update prompts set active_version = 7 where client_id is null and kind = 'chat' and name = 'teacher' and language = 'en' returning id)
            insert into prompt_versions (prompt_id, version, system) select id, 7, 'The next release.' from newer
            """);

        await SeedAsync();

        (await FindAsync(Guid.CreateVersion7(), "teacher"))!.System.ShouldBe("The next release.");
    }

    [Fact]
    public async Task What_a_client_wrote_survives_and_stands_before_what_comes_with_Pipeline()
    {
        var client = Guid.CreateVersion7();
        await SeedAsync();
        var templates = Templates();
        var store = new PromptStore(database.DataSource, templates, Options.Create(new PromptOptions()));
        await store.AddAsync(
            client, new() { Kind = "chat", Name = "creative", Language = "en", Version = 1, System = "Mine." }, isActive: true, CancellationToken.None);

        await SeedAsync();

        (await FindAsync(client, "creative"))!.System.ShouldBe("Mine.");
        (await FindAsync(Client.LocalId, "creative"))!.System.ShouldNotBe("Mine.");
        (await FindAsync(client, "nothing")).ShouldBeNull();
    }

    [Fact]
    public async Task Another_process_sees_a_change_when_its_memory_is_old()
    {
        var client = Guid.CreateVersion7();
        await SeedAsync();
        var slow = new PromptTemplates(database.DataSource, Options.Create(new PromptOptions { CacheLifetime = TimeSpan.FromMinutes(10) }), TimeProvider.System);
        var quick = new PromptTemplates(database.DataSource, Options.Create(new PromptOptions { CacheLifetime = TimeSpan.Zero }), TimeProvider.System);
        await slow.FindAsync(client, "chat", null, "en", CancellationToken.None);
        await quick.FindAsync(client, "chat", null, "en", CancellationToken.None);

        await new PromptStore(database.DataSource, Templates(), Options.Create(new PromptOptions())).AddAsync(
            client, new() { Kind = "chat", Name = "default", Language = "en", Version = 1, System = "Mine." }, isActive: true, CancellationToken.None);

        (await quick.FindAsync(client, "chat", null, "en", CancellationToken.None))!.System.ShouldBe("Mine.");
        (await slow.FindAsync(client, "chat", null, "en", CancellationToken.None))!.System.ShouldNotBe("Mine.");
    }

    [Fact]
    public async Task Prompts_and_versions_have_a_largest_number()
    {
        var client = Guid.CreateVersion7();
        var store = new PromptStore(database.DataSource, Templates(), Options.Create(new PromptOptions { PerClientMax = 1, VersionsMax = 2 }));
        var prompt = new Contracts.PromptTemplate { Kind = "chat", Name = "a", Language = "en", Version = 1, System = "1" };
        var made = (await store.AddAsync(client, prompt, isActive: true, CancellationToken.None)).ShouldBeOfType<PromptChange.Done>().Prompt;

        (await store.AddAsync(client, prompt with { Name = "b" }, isActive: true, CancellationToken.None)).ShouldBeOfType<PromptChange.TooMany>();
        (await store.UpdateAsync(client, made.Id, prompt with { System = "2" }, isActive: true, CancellationToken.None)).ShouldBeOfType<PromptChange.Done>();
        (await store.UpdateAsync(client, made.Id, prompt with { System = "3" }, isActive: true, CancellationToken.None)).ShouldBeOfType<PromptChange.TooMany>();
    }

    private Task SeedAsync() => new PromptSeed(database.DataSource, _catalog).StartingAsync(CancellationToken.None);

    private PromptTemplates Templates() => new(database.DataSource, Options.Create(new PromptOptions()), TimeProvider.System);

    private Task<Contracts.PromptTemplate?> FindAsync(Guid client, string name) => Templates().FindAsync(client, "chat", name, "en", CancellationToken.None);

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(sql);
    }

    private async Task<IReadOnlyList<(Guid, int, DateTime)>> RowsAsync()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<(Guid, int, DateTime)>(
            "select id, active_version, created_at from prompts where client_id is null order by id")).AsList();
    }
}
