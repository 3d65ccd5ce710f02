using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Core.Encryption;
using Pipeline.Core.Hosting;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.Api.Tests.Encryption;

public sealed class EncryptionTests : IAsyncLifetime
{
    private static readonly (string, string) Wait = ("Prefer", "wait=60");

    private readonly EncryptedApi _api = new();

    public ValueTask InitializeAsync() => _api.InitializeAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Rows_from_before_and_after_it_was_turned_on_and_off_are_read_alike()
    {
        List<string> ids = [];
        foreach (var settings in new (string, string)[][] { [], [("Encryption:Key", _api.Key)], [("Encryption:Key", _api.Key), ("Encryption:ReadOnly", "true")] })
        {
            await using var host = await _api.StartAsync(settings);
            using var client = host.Client();
            ids.Add((await client.PostAsync("/api/chat/completions", $$"""{"messages":[{"role":"user","content":"say text{{ids.Count}}"}]}""", Wait)).Id);
            foreach (var (index, id) in ids.Index())
            {
                (await client.GetAsync($"/api/jobs/{id}")).Json.GetProperty("result").GetProperty("content").GetString().ShouldBe($"say text{index}");
                (await client.GetAsync($"/api/jobs/{id}/input")).Text.ShouldContain($"say text{index}");
            }
        }

        (await _api.ColumnsWithAsync("text0")).ShouldBe(["jobs.input", "jobs.result"], ignoreOrder: true);
        (await _api.ColumnsWithAsync("text1")).ShouldBeEmpty();
        (await _api.ColumnsWithAsync("text2")).ShouldBe(["jobs.input", "jobs.result"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_text_that_looks_encrypted_is_no_more_than_a_text()
    {
        foreach (var settings in new (string, string)[][] { [], [("Encryption:Key", _api.Key)] })
        {
            await using var host = await _api.StartAsync(settings);
            using var client = host.Client();
            foreach (var text in new[] { "pse1:1:AAAA", "pse0:pse1:1:AAAA", "pse1:" })
            {
                var answer = await client.PostAsync("/v1/responses", $$"""{"model":"chat","input":"{{text}}"}""");
                (await client.GetAsync($"/v1/responses/{answer.Id}/input_items")).Text.ShouldContain($"\"{text}\"");
                var conversation = (await client.PostAsync("/api/conversations", "{}")).Id;
                await client.PostAsync($"/api/conversations/{conversation}/messages", $$"""{"content":"{{text}}"}""", Wait);
                (await client.GetAsync($"/api/conversations/{conversation}")).Text.ShouldContain($"\"{text}\"");
            }
        }
    }

    [Fact]
    public async Task A_wrong_key_and_a_missing_one_keep_the_process_from_starting()
    {
        await using (await _api.StartAsync())
        {
        }

        (await Should.ThrowAsync<StartupException>(() => _api.StartAsync(("Encryption:Key", "")))).Message.ShouldContain("set Encryption:KeyFile or Encryption:Key");
        (await Should.ThrowAsync<StartupException>(() => _api.StartAsync(("Encryption:Key", EncryptedApi.NewKey())))).Message.ShouldContain("correct Encryption:KeyFile or Encryption:Key");
        await using var again = await _api.StartAsync();
    }

    [Fact]
    public async Task Rotation_wraps_the_keys_anew_and_what_was_written_before_is_read()
    {
        var (next, file) = (EncryptedApi.NewKey(), Path.GetTempFileName());
        string id;
        await using (var host = await _api.StartAsync())
        {
            using var client = host.Client();
            id = (await client.PostAsync("/api/emotion", """{"text":"before"}""", Wait)).Id;
        }

        await File.WriteAllLinesAsync(file, [next, _api.Key], TestContext.Current.CancellationToken);
        await using (var host = await _api.StartAsync(("Encryption:Key", ""), ("Encryption:KeyFile", file)))
        {
            var rotation = host.Services.GetRequiredService<MasterKeyRotation>();
            (await rotation.RotateAsync(TestContext.Current.CancellationToken)).ShouldBe(2); // Of today and of tomorrow.
            (await rotation.RotateAsync(TestContext.Current.CancellationToken)).ShouldBe(0);
        }

        File.Delete(file);
        await Should.ThrowAsync<StartupException>(() => _api.StartAsync());
        await using var rotated = await _api.StartAsync(("Encryption:Key", next));
        using var reader = rotated.Client();
        (await reader.GetAsync($"/api/jobs/{id}/input")).Text.ShouldContain("before");
        (await reader.GetAsync($"/api/jobs/{id}")).State.ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_result_that_was_moved_from_another_job_fails_that_job_alone()
    {
        await using var host = await _api.StartAsync();
        using var client = host.Client();
        var (first, second) = ((await client.PostAsync("/api/emotion", """{"text":"vary a"}""", Wait)).Id, (await client.PostAsync("/api/emotion", """{"text":"vary b"}""", Wait)).Id);

        await ExecuteAsync("update jobs set result = (select result from jobs where id = @from), input = (select input from jobs where id = @from) where id = @to", first, second);

        var moved = await client.GetAsync($"/api/jobs/{second}");
        (moved.State, moved.Json.GetProperty("error").GetProperty("code").GetString()).ShouldBe(("failed", "undecryptable"));
        (await client.GetAsync($"/api/jobs/{second}/input")).ShouldBeProblem(500, "undecryptable");
        (await client.GetAsync($"/api/jobs/{first}")).State.ShouldBe("succeeded");
        (await client.GetAsync("/api/jobs")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task An_input_whose_key_is_gone_fails_its_job_and_no_other()
    {
        await using var host = await _api.StartAsync();
        using var client = host.Client();
        var done = (await client.PostAsync("/api/emotion", """{"text":"reject a"}""", Wait)).Id;
        await ExecuteAsync("update jobs set input = to_json(replace(input #>> '{}', 'pse1:', 'pse1:99')) where id = @to", done, done);

        (await client.SendAsync(HttpMethod.Post, $"/api/jobs/{done}/retry", null)).Status.ShouldBe(202);

        await Eventually.TrueAsync(async () => (await client.GetAsync($"/api/jobs/{done}")).State is "failed");
        var failed = (await client.GetAsync($"/api/jobs/{done}")).Json.GetProperty("error");
        (failed.GetProperty("code").GetString(), failed.GetProperty("message").GetString()!.Contains("has no usable key 991", StringComparison.Ordinal)).ShouldBe(("undecryptable", true));
        (await client.PostAsync("/api/emotion", """{"text":"b"}""", Wait)).State.ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_result_of_the_cache_is_read_and_told_by_webhook()
    {
        await using var host = await _api.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        using var client = host.Client();
        var secret = (await client.SendAsync(HttpMethod.Post, "/api/webhooks/secrets", null)).Json.GetProperty("secret").GetString()!;
        await host.SampleQueuesAsync();
        var computed = await client.PostAsync("/api/emotion", """{"text":"the same"}""", Wait);
        await host.SampleQueuesAsync();

        var known = await client.PostAsync("/api/emotion", $$"""{"text":"the same","callback_url":"{{receiver.Address}}/hooks"}""");

        (known.Status, known.Json.GetProperty("cached").GetBoolean()).ShouldBe((200, true), known.Text);
        var result = computed.Json.GetProperty("result").GetRawText();
        known.Json.GetProperty("result").GetRawText().ShouldBe(result);
        var webhook = await receiver.NextAsync();
        webhook.Verify(secret).ShouldBe((1, 1));
        webhook.Json.GetProperty("data").GetProperty("result").GetRawText().ShouldBe(result);
        var delivery = (await client.GetAsync($"/api/webhooks/deliveries/{webhook.Id}")).Text;
        delivery.ShouldNotContain("pse1:");
    }

    [Fact]
    public async Task Secrets_and_errors_are_decrypted_for_a_webhook_and_a_damaged_secret_sends_nothing()
    {
        await using var host = await _api.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        using var client = host.Client();
        var secret = (await client.SendAsync(HttpMethod.Post, "/api/webhooks/secrets", null)).Json.GetProperty("secret").GetString()!;
        await client.PostAsync("/api/emotion", $$"""{"text":"reject this","callback_url":"{{receiver.Address}}/hooks"}""");
        var webhook = await receiver.NextAsync();
        webhook.Verify(secret).ShouldBe((1, 1));
        webhook.Json.GetProperty("data").GetProperty("error").GetProperty("message").GetString().ShouldBe("The script says so.");

        await ExecuteAsync("update webhook_secrets set secret = set_byte(secret, 20, get_byte(secret, 20) # 1)", "", "");
        var job = (await client.PostAsync("/api/emotion", $$"""{"text":"told","callback_url":"{{receiver.Address}}/hooks"}""")).Id;

        await Eventually.TrueAsync(async () => (await client.GetAsync($"/api/webhooks/deliveries?job={job}")).Text.Contains("cannot be decrypted", StringComparison.Ordinal));
        receiver.Unread.ShouldBe(0);
    }

    private async Task ExecuteAsync(string sql, string from, string to)
    {
        await using var connection = await _api.Database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync(sql, new { from = Guid.TryParse(from, out var source) ? source : default, to = Guid.TryParse(to, out var target) ? target : default });
    }
}
