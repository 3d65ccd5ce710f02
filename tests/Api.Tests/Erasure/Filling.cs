using System.Text;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Api.Tests.OpenAi;
using Pipeline.Core.Documents;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Api.Tests.Erasure;

/// <summary>A client that leaves a word in everything it can, for a user of its.</summary>
internal sealed class Filling(ApiHost host, string connectionString, ApiClient client, string name, string word)
{
    public ApiClient Client => client;

    /// <summary>The name of the client.</summary>
    public string Name => name;

    public string User { get; } = $"user/{word}";

    private string Tag => $"\"user\":\"{User}\"";

    private static readonly (string, string) Wait = ("Prefer", "wait=60");

    /// <summary>A job that is done, with steps, a delivery, and a key.</summary>
    public async Task<string> JobAsync()
    {
        var id = (await client.PostAsync("/api/jobs", $$"""{"kind":"emotion","input":{"text":"{{word}}"},{{Tag}}}""", Wait, ("Idempotency-Key", word))).Id;
        await MarkAsync(id);
        return id;
    }

    /// <summary>What workers and deliverers leave beside a job.</summary>
    public async Task MarkAsync(string id)
    {
        var job = new { Id = Guid.Parse(id), Word = word };
        await ExecuteAsync("insert into job_steps (job_id, step, result) values (@Id, 0, to_json(@Word))", job);
        await ExecuteAsync("insert into job_attempts (job_id, attempt, started_at, state, error) values (@Id, 99, now(), 'failed', @Word)", job);
        await ExecuteAsync("insert into webhook_deliveries (client_id, job_id, url, type, payload, response) select client_id, id, 'https://' || @Word, 'job.succeeded', to_json(@Word::text)::text, @Word from jobs where id = @Id", job);
        await ExecuteAsync("update jobs set client_key = @Word, error = @Word, answer_form = coalesce(answer_form, @Word), callback_url = 'https://' || @Word, subscriber = @Word, trace = @Word where id = @Id", job);
    }

    public async Task<string> BatchAsync()
    {
        var id = (await client.PostLinesAsync("/api/jobs/batch", [$$"""{"kind":"emotion","input":{"text":"{{word}}"},"key":"{{word}}",{{Tag}}}"""], ("Idempotency-Key", $"batch-{word}"))).Id;
        await Eventually.TrueAsync(async () => (await client.GetAsync($"/api/batches/{id}")).State is "finished");
        await ExecuteAsync("update batches set callback_url = 'https://' || @Word, called_at = now() where id = @Id", new { Id = Guid.Parse(id), Word = word });
        await ExecuteAsync("insert into webhook_deliveries (client_id, batch_id, url, type, payload) select client_id, id, 'https://' || @Word, 'batch.finished', to_json(@Word::text)::text from batches where id = @Id", new { Id = Guid.Parse(id), Word = word });
        return id;
    }

    /// <param name="isMixed">With a line that became no job, and words of the client about the batch.</param>
    public async Task<string> FileBatchAsync(bool isMixed)
    {
        var line = $$$"""{"custom_id":"{{{word}}}","method":"POST","url":"/api/emotion","body":{"text":"{{{word}}}",{{{Tag}}}}}""";
        var bad = isMixed ? $$$"""{"custom_id":"bad {{{word}}}","method":"GET","url":"/api/emotion","body":{"text":"a"}}""" : "";
        var file = (await client.UploadAsync(Encoding.UTF8.GetBytes($"{line}\n{bad}"), $"{word}.jsonl")).Id;
        var metadata = isMixed ? $$""","metadata":{"about":"{{word}}"}""" : "";
        var batch = (await client.PostAsync("/v1/batches", $$"""{"input_file_id":"{{file}}","endpoint":"/api/emotion","completion_window":"24h"{{metadata}}}""")).Id;
        await Eventually.TrueAsync(async () => (await client.GetAsync($"/v1/batches/{batch}")).Field("status") is "completed");
        return batch["batch_".Length..];
    }

    public async Task<string> ConversationAsync()
    {
        var id = (await client.PostAsync("/api/conversations", $$"""{"system_prompt":"{{word}}",{{Tag}}}""")).Id;
        await MarkAsync((await client.PostAsync($"/api/conversations/{id}/messages", $$"""{"content":"{{word}} one"}""", Wait, ("Idempotency-Key", $"one-{word}"))).Id);
        await MarkAsync((await client.PostAsync($"/api/conversations/{id}/messages", $$"""{"content":"{{word}} two"}""", Wait)).Id);
        return id;
    }

    public async Task<string> InterviewAsync() =>
        (await client.PostAsync("/api/interviews", $$"""{"topics":["{{word}}"],"phases":["{{word}}"],{{Tag}}}""", Wait)).Id;

    /// <summary>A document with a chunk, and a job that was asked about it.</summary>
    public async Task<string> DocumentAsync()
    {
        var id = (await client.PostAsync("/api/documents", $$$"""{"title":"{{{word}}}","text":"The {{{word}}} is blue.","metadata":{"about":"{{{word}}}"},{{{Tag}}}}""", ("Idempotency-Key", $"document-{word}"))).Id;
        var model = await host.Services.GetRequiredService<EmbeddingModelStore>().ServeAsync(new("test", null, 8), CancellationToken.None);
        await host.Services.GetRequiredService<ChunkStore>().WriteAsync(
            Guid.Parse(id), model, word, [new(0, $"The {word} is blue.", 5, [1, 0, 0, 0, 0, 0, 0, 0])], finishes: 1, CancellationToken.None);
        var asked = await client.PostAsync("/api/ask", $$"""{"question":"What is {{word}}?",{{Tag}}}""", Wait);
        asked.Status.ShouldBe(200, asked.Text);
        asked.Json.GetProperty("sources").GetArrayLength().ShouldBe(1, asked.Text);
        return id;
    }

    /// <summary>A search that had a model embed its query; all that is kept of it is that job.</summary>
    public async Task<string> SearchAsync()
    {
        (await client.PostAsync("/api/search", $$"""{"query":"{{word}}",{{Tag}}}""")).Status.ShouldBe(200);
        return await ScalarAsync<string>("select id::text from jobs where kind = 'embedding' and client_id = (select id from clients where name = @Name order by id desc limit 1) order by id desc limit 1");
    }

    public async Task<string> ResponseAsync()
    {
        var first = await client.PostAsync("/v1/responses", $$"""{"model":"chat","input":"{{word}} one","metadata":{"about":"{{word}}"},{{Tag}}}""");
        first.Status.ShouldBe(200, first.Text);
        return first.Id;
    }

    public async Task<string> ReportAsync() => await ScalarAsync<string>("""
        with summary as (
            insert into jobs (id, client_id, kind, queue, state, input, result, finished_at, finished_xid)
            values (uuid_by_time(), '00000000-0000-0000-0000-000000000001', 'report', 'report-bulk', 'succeeded', to_json(@Word), to_json(@Word), now(), pg_current_xact_id()) returning id)
        insert into activity_reports (client_id, scope, time_zone, language, figures, summary_job_id, summary, error)
        select (select id from clients where name = @Name order by id desc limit 1), 'conversations', 'UTC', 'en', to_json(@Word), id, to_json(@Word), @Word from summary returning id::text
        """);

    /// <summary>What belongs to the client as such.</summary>
    public async Task SettingsAsync()
    {
        (await client.PostAsync("/api/prompts", $$"""{"kind":"chat","name":"shop","language":"en","system":"{{word}}"}""")).Status.ShouldBe(201);
        await client.UploadAsync(Encoding.UTF8.GetBytes(word), $"{word}.txt", "user_data");
        await ExecuteAsync("""
            with owner as (select id from clients where name = @Name order by id desc limit 1),
            secrets as (insert into webhook_secrets (client_id, secret) select id, convert_to(@Word, 'UTF8') from owner),
            endpoints as (insert into webhook_endpoints (client_id, url, disabled_at) select id, 'https://' || @Word, now() from owner),
            pauses as (insert into pauses (scope, name, client_id, reason, paused_by) select 'client', @Name, id, @Word, id from owner),
            keys as (select k.id from api_keys k join owner on k.client_id = owner.id),
            sessions as (insert into console_sessions (token_hash, key_id, expires_at) select convert_to(@Word, 'UTF8'), id, now() + interval '1 hour' from keys)
            insert into audit (id, client_id, action, target, details) select uuid_by_time(), id, 'pauseQueue', 'somewhere', to_json(@Word) from owner
            """);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        return (await connection.ExecuteScalarAsync<T>(sql, new { Word = word, Name = name }))!;
    }

    private Task ExecuteAsync(string sql) => ExecuteAsync(sql, new { Word = word, Name = name });

    private async Task ExecuteAsync(string sql, object parameters)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.ExecuteAsync(sql, parameters);
    }
}
