using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Api.Tests.OpenAi;
using Pipeline.Core.Documents;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.Api.Tests.Encryption;

/// <summary>With encryption on, what clients send and get is in no column but those that docs/adr/2026-11-30-encryption.md names, and everything works.</summary>
public sealed class EncryptedTextsTests(EncryptedApi api) : IClassFixture<EncryptedApi>
{
    private const string Word = "mark4711z";
    private const string User = $"user/{Word}";

    /// <summary>Those that are looked up, sorted or searched by.</summary>
    private static readonly string[] Plain =
    [
        "chunks.terms", "chunks.text", "conversations.user_id", "documents.metadata", "documents.text", "documents.title", "documents.user_id",
        "file_batch_errors.custom_id", "file_batches.metadata", "files.filename", "idempotency_keys.key", "jobs.client_key", "jobs.user_id", "prompt_versions.system",
    ];

    private static readonly (string, string) Wait = ("Prefer", "wait=60");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_texts_of_a_client_are_in_no_column_but_those_that_are_looked_up()
    {
        await using var host = await api.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = async context =>
        {
            context.Response.StatusCode = 500;
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"no {Word}"), Token);
        };
        using var client = host.Client(await host.AddKeyAsync("client"));
        var secret = Convert.FromBase64String((await client.SendAsync(HttpMethod.Post, "/api/webhooks/secrets", null)).Json.GetProperty("secret").GetString()!["whsec_".Length..]);

        await JobsAsync(client, $"{receiver.Address}/hooks");
        (await receiver.NextAsync()).Json.GetProperty("data").GetProperty("result").GetProperty("content").GetString()!.ShouldContain(Word);
        await FilesAsync(client);
        await ConversationsAsync(client);
        await DocumentsAsync(host, client);
        (await client.PostAsync("/api/prompts", $$"""{"kind":"chat","name":"shop","language":"en","system":"{{Word}}"}""")).Status.ShouldBe(201);
        await Eventually.TrueAsync(() => api.ScalarAsync<bool>("select exists (select from webhook_deliveries where response is not null)"));

        (await api.ColumnsWithAsync(Word)).ShouldBe(Plain, ignoreOrder: true);
        (await api.ScalarAsync<bool>("select exists (select from webhook_secrets where secret = @secret)", new { secret })).ShouldBeFalse();
        (await api.ScalarAsync<string>("select string_agg(state || ' ' || coalesce(error, ''), '; ') from jobs where state <> 'succeeded' and error_code is distinct from 'rejected' and kind <> 'document'")).ShouldBeNull();
        await ReadsAsync(client);
    }

    private static async Task JobsAsync(ApiClient client, string callback)
    {
        (await client.PostAsync("/api/jobs", $$$"""{"kind":"chat","input":{"messages":[{"role":"user","content":"say {{{Word}}}"}]},"user":"{{{User}}}","callback_url":"{{{callback}}}"}""", ("Idempotency-Key", Word))).Status.ShouldBe(202);
        (await client.PostAsync("/api/emotion", $$"""{"text":"reject {{Word}}"}""", Wait)).State.ShouldBe("failed");
        (await client.PostAsync("/v1/responses", $$$"""{"model":"chat","input":"say {{{Word}}}","instructions":"{{{Word}}}","metadata":{"about":"{{{Word}}}"}}""")).Status.ShouldBe(200);
        var report = await client.PostAsync("/api/report", $$$"""{"title":"{{{Word}}}","items":[{"question":"{{{Word}}}?","answer":"{{{Word}}}"}]}""", Wait);
        report.Status.ShouldBe(200, report.Text);
        var batch = await client.PostLinesAsync("/api/jobs/batch", [$$$"""{"kind":"emotion","input":{"text":"{{{Word}}}"},"key":"{{{Word}}}"}"""]);
        await Eventually.TrueAsync(async () => (await client.GetAsync($"/api/batches/{batch.Id}")).State is "finished");
        (await client.GetAsync($"/api/batches/{batch.Id}/results")).Lines.Count.ShouldBe(1);
    }

    private static async Task FilesAsync(ApiClient client)
    {
        var lines = $$$"""
            {"custom_id":"{{{Word}}}","method":"POST","url":"/v1/chat/completions","body":{"model":"chat","messages":[{"role":"user","content":"say {{{Word}}}"}]}}
            {"custom_id":"bad {{{Word}}}","method":"GET","url":"/v1/chat/completions","body":{"model":"{{{Word}}}"}}
            """;
        var file = await client.UploadAsync(Encoding.UTF8.GetBytes(lines), $"{Word}.jsonl");
        var batch = await client.PostAsync("/v1/batches", $$$"""{"input_file_id":"{{{file.Id}}}","endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"about":"{{{Word}}}"}}""");
        await Eventually.TrueAsync(async () => (await client.GetAsync($"/v1/batches/{batch.Id}")).Field("status") is "completed");
        var output = (await client.GetAsync($"/v1/batches/{batch.Id}")).Json.GetProperty("output_file_id").GetString();
        (await client.GetAsync($"/v1/files/{output}/content")).Text.ShouldContain($"say {Word}");
        (await client.GetAsync($"/v1/files/{file.Id}/content")).Text.ShouldBe(lines);
    }

    private static async Task ConversationsAsync(ApiClient client)
    {
        var conversation = (await client.PostAsync("/api/conversations", $$"""{"system_prompt":"{{Word}}","user":"{{User}}"}""")).Id;
        await client.PostAsync($"/api/conversations/{conversation}/messages", $$"""{"content":"{{Word}} one"}""", Wait);
        var second = await client.PostAsync($"/api/conversations/{conversation}/messages", $$"""{"content":"{{Word}} two"}""", Wait);
        second.Text.ShouldContain($"s:{Word} | u:{Word} one");
        (await client.GetAsync($"/api/conversations/{conversation}")).Text.ShouldContain($"{Word} two");
        (await client.GetAsync("/api/conversations")).Json.GetProperty("conversations").GetArrayLength().ShouldBe(1);
        (await client.PostAsync("/api/interviews", $$"""{"topics":["{{Word}}"],"phases":["{{Word}}"]}""", Wait)).Text.ShouldContain(Word);
    }

    private static async Task DocumentsAsync(ApiHost host, ApiClient client)
    {
        var id = (await client.PostAsync("/api/documents", $$$"""{"title":"{{{Word}}}","text":"The {{{Word}}} is blue.","metadata":{"about":"{{{Word}}}"},"user":"{{{User}}}"}""")).Id;
        var model = await host.Services.GetRequiredService<EmbeddingModelStore>().ServeAsync(new("test", null, 8), Token);
        await host.Services.GetRequiredService<ChunkStore>().WriteAsync(Guid.Parse(id), model, Word, [new(0, $"The {Word} is blue.", 5, [1, 0, 0, 0, 0, 0, 0, 0])], finishes: 1, Token);
        var asked = await client.PostAsync("/api/ask", $$"""{"question":"What is {{Word}}?"}""", Wait);
        asked.Status.ShouldBe(200, asked.Text);
        asked.Json.GetProperty("sources").GetArrayLength().ShouldBe(1);
    }

    private static async Task ReadsAsync(ApiClient client)
    {
        var jobs = (await client.GetAsync("/api/jobs?limit=200")).Json.GetProperty("jobs").EnumerateArray().ToArray();
        foreach (var job in jobs)
        {
            (await client.GetAsync($"/api/jobs/{job.GetProperty("id").GetString()}/input")).Text.ShouldNotContain("pse1:");
            (await client.GetAsync($"/api/jobs/{job.GetProperty("id").GetString()}")).Text.ShouldNotContain("pse1:");
        }

        (await client.GetAsync($"/api/jobs/failures")).Text.ShouldNotContain("pse1:");
        (await client.GetAsync("/api/webhooks/deliveries")).Text.ShouldContain($"no {Word}");
        var export = await client.GetAsync($"/api/users/{Uri.EscapeDataString(User)}/export");
        export.Text.ShouldContain($"say {Word}");
        export.Text.ShouldNotContain("pse1:");
    }
}
