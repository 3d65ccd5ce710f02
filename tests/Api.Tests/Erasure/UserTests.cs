namespace Pipeline.Api.Tests.Erasure;

/// <summary>What is kept of an end user of a client, found by the tag that submissions carry.</summary>
public sealed class UserTests(ErasureApi api) : IClassFixture<ErasureApi>
{
    private static readonly (string, string) Wait = ("Prefer", "wait=60");

    [Theory]
    [InlineData("/api/emotion", """{"text":"a","user":"U"}""")]
    [InlineData("/api/jobs", """{"kind":"emotion","input":{"text":"a"},"user":"U"}""")]
    [InlineData("/api/embeddings", """{"texts":["a"],"user":"U"}""")]
    [InlineData("/api/chat/completions", """{"messages":[{"role":"user","content":"a"}],"user":"U"}""")]
    [InlineData("/api/interviews", """{"topics":["a"],"phases":["a"],"user":"U"}""")]
    [InlineData("/api/documents", """{"text":"a","user":"U"}""")]
    [InlineData("/api/search", """{"query":"a","user":"U"}""")]
    [InlineData("/conversation/chat", """{"user_id":"U","message":"a"}""")]
    [InlineData("/v1/chat/completions", """{"model":"chat","messages":[{"role":"user","content":"a"}],"user":"U"}""")]
    [InlineData("/v1/chat/completions", """{"model":"chat","messages":[{"role":"user","content":"a"}],"safety_identifier":"U"}""")]
    [InlineData("/v1/completions", """{"model":"chat","prompt":"a","user":"U"}""")]
    [InlineData("/v1/embeddings", """{"model":"embedding","input":"a","user":"U"}""")]
    [InlineData("/v1/responses", """{"model":"chat","input":"a","safety_identifier":"U"}""")]
    public async Task Every_submission_takes_a_user(string path, string body)
    {
        var (client, _) = await api.NewAsync();

        var answer = await client.Client.PostAsync(path, body.Replace("U", client.User, StringComparison.Ordinal));

        answer.Status.ShouldBeInRange(200, 202, answer.Text);
        answer.Headers.ShouldNotContainKey("Pipeline-Ignored");
        var jobs = (await client.Client.GetAsync($"/api/jobs?user={Uri.EscapeDataString(client.User)}")).Json.GetProperty("jobs").EnumerateArray().ToArray();
        jobs.ShouldHaveSingleItem().GetProperty("user").GetString().ShouldBe(client.User);
        (await client.Client.GetAsync("/api/jobs?user=somebody-else")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"   \"")]
    [InlineData("7", "string")]
    public async Task A_user_that_is_no_name_is_refused(string user, string reason = "send 1 to 200")
    {
        var (client, _) = await api.NewAsync();

        (await client.Client.PostAsync("/api/emotion", $$"""{"text":"a","user":{{user}}}""")).ShouldBlame("user", reason);
        (await client.Client.PostAsync("/api/emotion", $$"""{"text":"a","user":"{{new string('a', 201)}}"}""")).ShouldBlame("user", "has 201 characters");
        (await client.Client.DeleteAsync($"/api/users/{new string('a', 201)}")).ShouldBlame("user", "has 201 characters");
    }

    [Fact]
    public async Task An_export_has_everything_once_and_nothing_of_others()
    {
        var (client, word) = await api.NewAsync();
        var (other, otherWord) = await api.NewAsync();
        foreach (var filling in new[] { client, other })
        {
            await filling.JobAsync();
            await filling.ConversationAsync();
            await filling.InterviewAsync();
            await filling.DocumentAsync();
            await filling.ResponseAsync();
            await filling.FileBatchAsync(isMixed: false);
        }

        // The same name is another user for another client.
        await other.Client.PostAsync("/api/emotion", $$"""{"text":"{{otherWord}}","user":"{{client.User}}"}""", Wait);
        await client.Client.PostAsync("/api/emotion", """{"text":"of another user","user":"b"}""", Wait);

        var export = await client.Client.GetAsync($"/api/users/{Uri.EscapeDataString(client.User)}/export");

        export.Status.ShouldBe(200);
        export.Text.ShouldNotContain(otherWord);
        export.Text.ShouldNotContain("of another user");
        export.Lines.CountBy(line => line.GetProperty("type").GetString()!).Where(type => type.Key is not "job").OrderBy(type => type.Key)
            .ShouldBe([new("conversation", 1), new("document", 1), new("end", 1), new("file", 2), new("interview", 1)]);
        var jobs = export.Lines.Where(line => line.GetProperty("type").GetString() is "job").ToArray();
        jobs.Select(job => job.GetProperty("job").GetProperty("kind").GetString()).Order()
            .ShouldBe(["chat", "chat", "chat", "chat", "document", "embedding", "emotion", "emotion", "interview"]);
        var job = jobs.First(job => job.GetProperty("job").GetProperty("kind").GetString() is "emotion");
        job.GetProperty("input").GetProperty("text").GetString().ShouldBe(word);
        job.GetProperty("deliveries")[0].GetProperty("url").GetString().ShouldBe($"https://{word}");
        var response = jobs.Single(job => job.TryGetProperty("response", out _)).GetProperty("response");
        response.GetProperty("id").GetString().ShouldStartWith("resp_");
        response.GetProperty("input").ToString().ShouldContain($"{word} one");
        export.Lines.Where(line => line.GetProperty("type").GetString() is "file").Select(line => line.GetProperty("file").GetProperty("purpose").GetString()).ShouldBe(["batch", "batch_output"], ignoreOrder: true);
        export.Lines[^1].GetProperty("jobs").GetInt32().ShouldBe(jobs.Length);
        (await other.Client.GetAsync($"/api/users/{Uri.EscapeDataString("nobody")}/export")).Text.ShouldBe("""{"type":"end","conversations":0,"documents":0,"jobs":0,"files":0}""" + "\n");
    }

    [Fact]
    public async Task To_erase_a_user_spares_others_and_names_nobody_in_the_audit()
    {
        var (client, word) = await api.NewAsync();
        await client.JobAsync();
        await client.Client.PostAsync("/api/emotion", """{"text":"a","user":"b"}""", Wait);

        var path = $"/api/users/{Uri.EscapeDataString(client.User)}";
        (await api.DoneAsync(await client.Client.DeleteAsync(path), client.Client)).Json.GetProperty("changed").GetInt64().ShouldBe(1);
        (await api.DoneAsync(await client.Client.DeleteAsync(path), client.Client)).Json.GetProperty("changed").GetInt64().ShouldBe(0);
        await api.DoneAsync(await client.Client.PostAsync("/api/jobs/erase", $$"""{"user":"{{client.User}}"}"""));

        (await client.Client.GetAsync("/api/jobs")).Json.GetProperty("jobs").EnumerateArray().ShouldHaveSingleItem().GetProperty("user").GetString().ShouldBe("b");
        (await api.Traces.OfAsync(word)).ShouldBeEmpty();
        var audit = (await api.Admin.GetAsync("/api/audit")).Json.GetProperty("entries").EnumerateArray().ToArray();
        audit.ShouldContain(entry => entry.GetProperty("target").GetString() == "/api/users/{user}");
        audit.ShouldContain(entry => entry.GetProperty("action").GetString() == "eraseJobs" && entry.GetProperty("body").GetProperty("user").GetString() == "…");
        (await api.Admin.GetAsync($"/api/jobs?client={client.Name}&user=b")).ShouldBlame("user", "only a client itself");
    }

    [Fact]
    public async Task Messages_of_a_conversation_have_its_user_and_the_one_of_a_chat_stays_the_one()
    {
        var (client, _) = await api.NewAsync();
        var chat = await client.Client.PostAsync("/conversation/chat?view=job", """{"user_id":"b","message":"one"}""", Wait);
        var tagged = (await client.Client.PostAsync("/api/conversations", """{"system_prompt":"a","user":"b"}""")).Id;
        await client.Client.PostAsync("/api/conversations", """{"system_prompt":"a","user":"b"}""");
        var message = await client.Client.PostAsync($"/api/conversations/{tagged}/messages", """{"content":"two"}""", Wait);
        var again = await client.Client.PostAsync("/conversation/chat?view=job", """{"user_id":"b","message":"three"}""", Wait);

        foreach (var job in new[] { chat, message, again })
        {
            (await client.Client.GetAsync($"/api/jobs/{job.Id}")).Json.GetProperty("user").GetString().ShouldBe("b");
        }

        var conversations = (await client.Client.GetAsync("/api/conversations")).Json.GetProperty("conversations").EnumerateArray().ToArray();
        conversations.Length.ShouldBe(3);
        conversations.ShouldAllBe(conversation => conversation.GetProperty("user_id").GetString() == "b");
        var first = await client.Client.GetAsync($"/api/conversations/{conversations[^1].GetProperty("id").GetString()}");
        first.Json.GetProperty("messages").EnumerateArray().Select(one => one.GetProperty("content").GetString()).ShouldContain("three");
    }

    [Fact]
    public async Task A_message_that_is_erased_leaves_later_ones_without_what_they_were_asked()
    {
        var (client, word) = await api.NewAsync();
        var id = (await client.Client.PostAsync("/api/conversations", """{"system_prompt":"a"}""")).Id;
        var first = await client.Client.PostAsync($"/api/conversations/{id}/messages", $$"""{"content":"{{word}}"}""", Wait);
        var second = await client.Client.PostAsync($"/api/conversations/{id}/messages", """{"content":"and then"}""", Wait);

        (await client.Client.DeleteAsync($"/api/jobs/{first.Id}")).Status.ShouldBe(204);

        // The model that answers here repeats all that it was told: what it said stays.
        (await client.Client.GetAsync($"/api/conversations/{id}")).Json.GetProperty("messages")[0].TryGetProperty("content", out _).ShouldBeFalse();
        (await client.Client.GetAsync($"/api/jobs/{second.Id}")).State.ShouldBe("succeeded");
        (await client.Client.GetAsync($"/api/jobs/{second.Id}/input")).Text.ShouldBe("{}");
        (await client.Client.PostAsync($"/api/conversations/{id}/messages", """{"content":"go on"}""", Wait)).State.ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_client_that_was_erased_is_only_a_name_and_its_name_is_free_for_another()
    {
        var (client, word) = await api.NewAsync();
        await client.JobAsync();
        await api.DoneAsync(await api.Admin.PostAsync($"/api/keys/{client.Name}/erase", "{}"));

        (await client.Client.GetAsync("/api/jobs")).Status.ShouldBe(401);
        (await api.Traces.OfAsync(word)).ShouldBeEmpty();
        await api.DoneAsync(await api.Admin.PostAsync($"/api/keys/{client.Name}/erase", "{}"));
        (await api.Admin.PostAsync("/api/keys", $$"""{"name":"{{client.Name}}","same_client":true}""")).ShouldBlame("same_client", "Nobody was named");
        (await api.Admin.PostAsync("/api/keys", $$"""{"name":"{{client.Name}}"}""")).Status.ShouldBe(201);
        (await api.Admin.PostAsync("/api/keys/nobody/erase", "{}")).ShouldBeProblem(404, "key-not-found");
        (await api.Admin.PostAsync("/api/keys/first/erase", "{}")).ShouldBeProblem(409, "last-admin");
    }
}
