using System.Text;
using System.Text.Json;
using Pipeline.Api.Tests.OpenAi;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.Api.Tests.Webhooks;

/// <summary>Webhooks in OpenAI's shape, over the same sender as all others.</summary>
public sealed class OpenAiEventTests(WebhookApi api) : IClassFixture<WebhookApi>, IAsyncLifetime
{
    private WebhookReceiver _receiver = null!;

    private string Url => _receiver.Address + "/hooks";

    public async ValueTask InitializeAsync() => _receiver = await WebhookReceiver.StartAsync();

    public async ValueTask DisposeAsync() => await _receiver.DisposeAsync();

    [Fact]
    public async Task A_batch_of_a_file_is_told_once_when_it_has_ended()
    {
        var file = await api.Client.UploadAsync(Encoding.UTF8.GetBytes("""{"custom_id":"a","method":"POST","url":"/api/emotion","body":{"text":"a"}}"""), "a.jsonl");
        var batch = await api.Client.PostAsync("/v1/batches", $$"""{"input_file_id":"{{file.Id}}","endpoint":"/api/emotion","completion_window":"1h","callback_url":"{{Url}}"}""");
        batch.Status.ShouldBe(200, batch.Text);

        var webhook = await _receiver.NextAsync();

        webhook.Verify(api.Secret).ShouldBe((1, 1));
        Event(webhook.Json).ShouldBe(("event", "batch.completed", batch.Id));
        (await api.Client.GetAsync($"/v1/batches/{batch.Id}")).Field("status").ShouldBe("completed");
        _receiver.Unread.ShouldBe(0);
    }

    [Fact]
    public async Task A_response_in_the_background_is_told_when_it_is_there_or_canceled()
    {
        var done = await api.Client.PostAsync("/v1/responses", $$"""{"model":"chat","input":"say this","background":true,"callback_url":"{{Url}}"}""");
        done.Status.ShouldBe(200, done.Text);
        Event((await _receiver.NextAsync()).Json).ShouldBe(("event", "response.completed", done.Id));

        var failed = await api.Client.PostAsync("/v1/responses", $$"""{"model":"chat","input":"reject this","background":true,"callback_url":"{{Url}}"}""");
        Event((await _receiver.NextAsync()).Json).ShouldBe(("event", "response.failed", failed.Id));

        var left = await api.Client.PostAsync("/v1/responses", $$"""{"model":"chat","input":"hold {{Guid.CreateVersion7()}}","background":true,"callback_url":"{{Url}}"}""");
        await api.Client.SendAsync(HttpMethod.Post, $"/v1/responses/{left.Id}/cancel", null);
        Event((await _receiver.NextAsync()).Json).ShouldBe(("event", "response.cancelled", left.Id));
    }

    [Fact]
    public async Task Every_other_end_of_a_batch_has_its_own_name()
    {
        var empty = await BatchAsync("");
        Event((await _receiver.NextAsync()).Json).ShouldBe(("event", "batch.failed", empty));

        var text = $"hold {Guid.CreateVersion7()}";
        var left = await BatchAsync(Line(text));
        await api.Worker.StartedAsync(text);
        await api.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{left}/cancel", null);
        Event((await _receiver.NextAsync()).Json).ShouldBe(("event", "batch.cancelled", left));

        text = $"hold {Guid.CreateVersion7()}";
        var late = await BatchAsync(Line(text));
        await api.Worker.StartedAsync(text);
        await api.ExecuteAsync("update jobs set expires_at = now() where batch_id = @Id", new { Id = Guid.Parse(late["batch_".Length..]) });
        Event((await _receiver.NextAsync()).Json).ShouldBe(("event", "batch.expired", late));
        _receiver.Unread.ShouldBe(0);
        api.Worker.Release(text);
    }

    [Fact]
    public async Task An_answer_that_is_cut_is_told_as_incomplete()
    {
        var cut = await api.Client.PostAsync("/v1/responses", $$"""{"model":"chat","input":"cut this","background":true,"callback_url":"{{Url}}"}""");

        Event((await _receiver.NextAsync()).Json).ShouldBe(("event", "response.incomplete", cut.Id));
        var read = await api.Client.GetAsync($"/v1/responses/{cut.Id}");
        (read.Field("status"), read.Json.GetProperty("incomplete_details").GetProperty("reason").GetString()).ShouldBe(("incomplete", "max_output_tokens"));
    }

    private static string Line(string text) => $$$"""{"custom_id":"a","method":"POST","url":"/api/emotion","body":{"text":"{{{text}}}"}}""";

    private async Task<string> BatchAsync(string lines)
    {
        var file = await api.Client.UploadAsync(Encoding.UTF8.GetBytes(lines + "\n"), "a.jsonl");
        return (await api.Client.PostAsync("/v1/batches", $$"""{"input_file_id":"{{file.Id}}","endpoint":"/api/emotion","completion_window":"1h","callback_url":"{{Url}}"}""")).Id;
    }

    private static (string?, string?, string?) Event(JsonElement json)
    {
        json.GetProperty("id").GetString()!.ShouldStartWith("evt_");
        json.GetProperty("created_at").ValueKind.ShouldBe(JsonValueKind.Number);
        return (json.GetProperty("object").GetString(), json.GetProperty("type").GetString(), json.GetProperty("data").GetProperty("id").GetString());
    }
}
