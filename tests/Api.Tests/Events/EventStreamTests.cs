using System.Text.Json;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Events;

public sealed class EventStreamTests(LocalApi api)
{
    [Fact]
    public async Task A_streamed_chat_tells_its_words_and_then_the_whole_job()
    {
        await using var stream = await StreamAsync("say 서울은 대한민국의 수도입니다 🎉");

        var events = await stream.RestAsync();

        TextOf(events).ShouldBe("say 서울은 대한민국의 수도입니다 🎉");
        events[^1].Name.ShouldBe("end");
        var job = JsonElement.Parse(events[^1].Data);
        job.GetProperty("state").GetString().ShouldBe("succeeded");
        job.GetProperty("result").GetProperty("content").GetString().ShouldBe("say 서울은 대한민국의 수도입니다 🎉");
        stream.Location!.ToString().ShouldBe($"/api/jobs/{job.GetProperty("id").GetGuid()}");
        stream.LastEventId.ShouldBe("end");
    }

    [Fact]
    public async Task The_first_word_comes_before_the_last_is_said()
    {
        var text = Unique("hold");
        await using var stream = await StreamAsync(text);

        (await stream.NextAsync("tokens")).GetProperty("text").GetString().ShouldBe("hold");

        api.Host.Chat.Release(text);
        (await stream.NextAsync("end")).GetProperty("state").GetString().ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_client_that_comes_back_goes_on_where_it_was()
    {
        var text = Unique("hold");
        string path, last;
        await using (var stream = await StreamAsync(text))
        {
            await stream.NextAsync("tokens");
            (path, last) = ($"{stream.Location}/events", stream.LastEventId);
        }

        await using var again = await api.Client.OpenAsync(HttpMethod.Get, path, null, ("Last-Event-ID", last));
        api.Host.Chat.Release(text);
        var tokens = await again.NextAsync("tokens");

        (tokens.GetProperty("offset").GetInt32(), tokens.GetProperty("text").GetString()![..1]).ShouldBe((4, " "));
        var rest = await again.RestAsync();
        (tokens.GetProperty("text").GetString() + TextOf(rest)).ShouldBe(text["hold".Length..]);
    }

    [Fact]
    public async Task A_client_that_comes_late_gets_the_text_of_the_result()
    {
        await using var stream = await StreamAsync("say one two");
        await stream.RestAsync();

        await using var late = await api.Client.OpenAsync(HttpMethod.Get, $"{stream.Location}/events");
        TextOf(await late.RestAsync()).ShouldBe("say one two");

        await using var partly = await api.Client.OpenAsync(HttpMethod.Get, $"{stream.Location}/events", null, ("Last-Event-ID", "1-4"));
        TextOf(await partly.RestAsync()).ShouldBe("one two");

        (await api.Client.GetAsync($"{stream.Location}/events", ("Last-Event-ID", "end"))).Status.ShouldBe(204);
    }

    [Fact]
    public async Task A_second_attempt_begins_its_text_anew()
    {
        var text = Unique("falter");
        await using var stream = await StreamAsync(text);
        (await stream.NextAsync("tokens")).GetProperty("attempt").GetInt32().ShouldBe(1);

        api.Host.Chat.Release(text);
        var second = await stream.NextAsync("tokens");

        (second.GetProperty("attempt").GetInt32(), second.GetProperty("offset").GetInt32()).ShouldBe((2, 0));
        (second.GetProperty("text").GetString() + TextOf(await stream.RestAsync())).ShouldBe(text);
    }

    [Fact]
    public async Task Kinds_without_text_have_states_and_an_end()
    {
        var text = Unique("hold");
        var job = await api.Client.PostAsync("/api/emotion", $$"""{"text":"{{text}}"}""");
        await api.Worker.StartedAsync(text);
        await using var stream = await api.Client.OpenAsync(HttpMethod.Get, $"/api/jobs/{job.Id}/events");

        (await stream.NextAsync("state")).GetProperty("state").GetString().ShouldBe("running");
        api.Worker.Release(text);

        var events = await stream.RestAsync();
        events[^1].Name.ShouldBe("end");
        TextOf(events).ShouldBe("");
    }

    [Fact]
    public async Task A_client_that_leaves_cancels_if_it_asked_to()
    {
        var text = Unique("hold");
        string job;
        await using (var stream = await api.Client.OpenAsync(HttpMethod.Post, "/api/chat/completions?on_disconnect=cancel", Body(text)))
        {
            await stream.NextAsync("tokens");
            job = stream.Location!.ToString();
        }

        (await api.Client.GetAsync(job, ("Prefer", "wait=60"))).State.ShouldBe("canceled");
    }

    [Fact]
    public async Task A_client_that_leaves_without_a_wish_leaves_its_job_alone()
    {
        var text = Unique("hold");
        string job;
        await using (var stream = await StreamAsync(text))
        {
            await stream.NextAsync("tokens");
            job = stream.Location!.ToString();
        }

        api.Host.Chat.Release(text);
        (await api.Client.GetAsync(job, ("Prefer", "wait=60"))).State.ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_job_that_is_canceled_ends_its_stream()
    {
        await using var stream = await StreamAsync(Unique("hold"));
        await stream.NextAsync("tokens");

        await api.Client.DeleteAsync(stream.Location!.ToString());

        (await stream.NextAsync("end")).GetProperty("state").GetString().ShouldBe("canceled");
    }

    [Fact]
    public async Task The_same_key_streams_the_same_job()
    {
        var key = ("Idempotency-Key", Unique("key").Replace(' ', '-'));
        await using var first = await api.Client.OpenAsync(HttpMethod.Post, "/api/chat/completions", Body("say once"), key);
        await first.RestAsync();

        await using var second = await api.Client.OpenAsync(HttpMethod.Post, "/api/chat/completions", Body("say once"), key);

        second.Location.ShouldBe(first.Location);
        TextOf(await second.RestAsync()).ShouldBe("say once");
    }

    [Fact]
    public async Task Bad_input_is_named()
    {
        var id = Guid.CreateVersion7();
        (await api.Client.GetAsync("/api/jobs/7/events")).ShouldBlame("id", "not a UUID");
        (await api.Client.GetAsync($"/api/jobs/{id}/events?on_disconnect=maybe")).ShouldBlame("on_disconnect", "send cancel");
        (await api.Client.GetAsync($"/api/jobs/{id}/events?x=1")).ShouldBlame("x", "not a known query parameter");
        (await api.Client.GetAsync($"/api/jobs/{id}/events", ("Last-Event-ID", "x"))).ShouldBlame("Last-Event-ID", "send the id of the last event");
        (await api.Client.GetAsync($"/api/jobs/{id}/events")).ShouldBeProblem(404, "job-not-found");
        (await api.Client.PostAsync("/api/chat/completions", """{"messages":[{"role":"user","content":"a"}],"stream":1}""")).ShouldBlame("stream", "expected a boolean");
    }

    private static string Unique(string word) => $"{word} {Guid.CreateVersion7()}";

    private static string Body(string text) => $$"""{"messages":[{"role":"user","content":"{{text}}"}],"stream":true}""";

    private static string TextOf(IEnumerable<(string Name, string Data)> events) => string.Concat(
        events.Where(item => item.Name == "tokens").Select(item => JsonElement.Parse(item.Data).GetProperty("text").GetString()));

    private Task<EventReader> StreamAsync(string text) => api.Client.OpenAsync(HttpMethod.Post, "/api/chat/completions", Body(text));
}
