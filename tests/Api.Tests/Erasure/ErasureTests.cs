using Microsoft.Extensions.DependencyInjection;
using Pipeline.Core.Encryption;

namespace Pipeline.Api.Tests.Erasure;

/// <summary>Whatever is deleted leaves no trace in any table. A new table that keeps what clients send fails here until it is decided what ends its rows.</summary>
public sealed class ErasureTests(ErasureApi api) : IClassFixture<ErasureApi>
{
    /// <summary>Tables with text that no client sends, or that outlives it for a reason that docs/operations.md gives.</summary>
    private static readonly string[] WithoutTexts =
    [
        "public.api_keys", "public.budgets", "public.clients", "public.data_protection_keys", "public.dispatches", "public.embedding_models", "public.encryption_keys", "public.job_actions",
        "public.kind_costs", "public.model_files", "public.prompts", "public.schedules", "public.schema_migrations", "public.usage", "public.usage_entries", "public.vocabularies", "public.workers",
    ];

    private static readonly Dictionary<string, (Func<Filling, Task<string>> Fill, Func<ErasureApi, Filling, string, Task> Delete)> Ways = new()
    {
        ["job"] = (client => client.JobAsync(), async (_, client, id) => (await client.Client.DeleteAsync($"/api/jobs/{id}")).Status.ShouldBe(204)),
        ["jobs by a filter"] = (client => client.JobAsync(), async (api, client, _) =>
            (await api.DoneAsync(await client.Client.PostAsync("/api/jobs/erase", """{"kind":"emotion"}"""))).Json.GetProperty("changed").GetInt64().ShouldBe(1)),
        ["jobs of a user"] = (client => client.JobAsync(), async (api, client, _) =>
            await api.DoneAsync(await client.Client.PostAsync("/api/jobs/erase", $$"""{"user":"{{client.User}}"}"""))),
        ["batch"] = (client => client.BatchAsync(), async (api, client, id) => await api.DoneAsync(await client.Client.DeleteAsync($"/api/batches/{id}?erase=true"))),
        ["batch of a file"] = (client => client.FileBatchAsync(isMixed: true), async (api, client, id) => await api.DoneAsync(await client.Client.DeleteAsync($"/api/batches/{id}?erase=true"))),
        ["conversation"] = (client => client.ConversationAsync(), async (_, client, id) => (await client.Client.DeleteAsync($"/api/conversations/{id}")).Status.ShouldBe(204)),
        ["interview"] = (client => client.InterviewAsync(), async (_, client, id) => (await client.Client.DeleteAsync($"/api/interviews/{id}")).Status.ShouldBe(204)),
        ["document"] = (client => client.DocumentAsync(), (_, client, id) => DeleteDocumentAsync(client, id)),
        ["search"] = (client => client.SearchAsync(), async (_, client, id) => (await client.Client.DeleteAsync($"/api/jobs/{id}")).Status.ShouldBe(204)),
        ["response"] = (client => client.ResponseAsync(), async (_, client, id) => (await client.Client.DeleteAsync($"/v1/responses/{id}")).Status.ShouldBe(200)),
        ["activity report"] = (client => client.ReportAsync(), async (_, client, id) => (await client.Client.DeleteAsync($"/api/activity/{id}")).Status.ShouldBe(204)),
        ["user"] = (FillForUserAsync, async (api, client, _) => await api.DoneAsync(await client.Client.DeleteAsync($"/api/users/{Uri.EscapeDataString(client.User)}"))),
        ["client"] = (FillAllAsync, async (api, client, _) => await api.DoneAsync(await api.Admin.PostAsync($"/api/keys/{client.Name}/erase", "{}"))),
        ["client that is revoked"] = (FillAllAsync, (api, client, _) => RevokeAndEraseAsync(api, client)),
    };

    public static TheoryData<string> Names() => [.. Ways.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_deleted_leaves_no_trace_and_what_others_have_stays(string way)
    {
        var (filling, word) = await api.NewAsync();
        var (other, otherWord) = await api.NewAsync();
        var id = await Ways[way].Fill(filling);
        await Ways[way].Fill(other);
        var before = await api.Traces.OfAsync(otherWord);
        (await api.Traces.OfAsync(word)).ShouldBe(before);
        before.ShouldNotBeEmpty();

        await Ways[way].Delete(api, filling, id);

        (await api.Traces.OfAsync(word)).ShouldBeEmpty();
        (await api.Traces.OfAsync(otherWord)).ShouldBe(before);
    }

    [Fact]
    public async Task Every_table_with_text_is_filled_here_or_named_as_one_without_what_clients_send()
    {
        if (api.Host.Services.GetRequiredService<Vault>().IsWriting)
        {
            return; // Somebody runs all tests with encryption: what is encrypted leaves no word.
        }

        var (filling, word) = await api.NewAsync();
        await FillAllAsync(filling);

        var filled = await api.Traces.OfAsync(word);

        (await api.Traces.TablesWithTextAsync()).Except(filled).ShouldBe(WithoutTexts, ignoreOrder: true);
    }

    private static async Task<string> FillForUserAsync(Filling client)
    {
        await client.JobAsync();
        await client.FileBatchAsync(isMixed: false);
        await client.ConversationAsync();
        await client.InterviewAsync();
        await client.DocumentAsync();
        await client.SearchAsync();
        return await client.ResponseAsync();
    }

    private static async Task<string> FillAllAsync(Filling client)
    {
        await FillForUserAsync(client);
        await client.BatchAsync();
        await client.FileBatchAsync(isMixed: true);
        await client.ReportAsync();
        await client.SettingsAsync(); // It pauses the client.
        return "";
    }

    private static async Task DeleteDocumentAsync(Filling client, string id)
    {
        (await client.Client.DeleteAsync($"/api/documents/{id}")).Status.ShouldBe(200);

        // The question's own words are a search, which is a job of its own.
        var search = await client.ScalarAsync<string>("select id::text from jobs where kind = 'embedding' and client_id = (select id from clients where name = @Name order by id desc limit 1)");
        (await client.Client.DeleteAsync($"/api/jobs/{search}")).Status.ShouldBe(204);
    }

    private static async Task RevokeAndEraseAsync(ErasureApi api, Filling client)
    {
        (await api.Admin.DeleteAsync($"/api/keys/{client.Name}")).Status.ShouldBe(204);
        await api.DoneAsync(await api.Admin.PostAsync($"/api/keys/{client.Name}/erase", """{"revoked_only":true}"""));
    }
}
