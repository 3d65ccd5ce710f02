using System.Text.Json;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Prompts;

public sealed class PromptTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    private const string Strict = """
        {"kind":"feedback","name":"strict","language":"en","system":"Be strict.","user":"{{question}} - {{answer}}",
         "examples":[{"user":"Q","assistant":"{\"score\":3}"}]}
        """;

    [Fact]
    public async Task What_comes_with_Pipeline_is_listed_and_can_not_be_changed()
    {
        var (client, _) = await api.NewClientAsync();

        var prompts = await ListAsync(client, "limit=100");
        prompts.Count.ShouldBeGreaterThanOrEqualTo(16);
        prompts.ShouldAllBe(prompt => prompt.GetProperty("built_in").GetBoolean() && prompt.GetProperty("active").GetBoolean());
        prompts.Select(prompt => (Text(prompt, "kind"), Text(prompt, "name"), Text(prompt, "language"))).ShouldContain(("chat", "teacher", "ko"));

        var path = prompts[0].GetProperty("links").GetProperty("self").GetString()!;
        (await client.DeleteAsync(path)).ShouldBeProblem(409, "prompt-built-in");
        (await RollbackAsync(client, path, 1)).ShouldBeProblem(409, "prompt-built-in");
        (await client.SendAsync(HttpMethod.Put, $"/api/prompts/{(await ListAsync(client, "kind=chat"))[0].GetProperty("id")}", Body("""{"system":"Mine."}""")))
            .ShouldBeProblem(409, "prompt-built-in").Says("POST /api/prompts with kind chat");
    }

    [Theory]
    [InlineData("OK")]
    [InlineData("👍")]
    [InlineData("iPhone 15 Pro Max 케이스")]
    public async Task A_prompt_of_one_language_is_taken_where_the_text_tells_another_or_none(string content)
    {
        var (client, _) = await api.NewClientAsync();
        await client.PostAsync("/api/prompts", """{"kind":"chat","name":"shop","language":"ko","system":"친절한 상점 직원입니다."}""");
        var body = JsonSerializer.Serialize(new { prompt = "shop", messages = new[] { new { role = "user", content } } });

        (await client.PostAsync("/api/chat/completions", body)).Status.ShouldBe(202);
        (await client.PostAsync("/api/chat/completions", body.Replace("\"shop\"", "\"shop\",\"language\":\"en\"", StringComparison.Ordinal))).ShouldBlame("prompt", "no such prompt in \"en\"");
    }

    [Theory]
    [InlineData("s {{unknown}}", "{{question}}{{answer}}", "system", "{{unknown}}")]
    [InlineData("s", "{{question}}{{answer}}{{unknown}}", "user", "{{unknown}}")]
    [InlineData("s", "{{question {{answer}}", "user", "has {{question without }}")]
    [InlineData("s {{criteria", "{{question}}{{answer}}", "system", "has {{criteria without }}")]
    public async Task What_of_a_template_is_wrong_is_named(string system, string user, string field, string message)
    {
        var (client, _) = await api.NewClientAsync();
        var body = JsonSerializer.Serialize(new { kind = "feedback", name = "a", language = "en", system, user });

        (await client.PostAsync("/api/prompts/preview", body)).ShouldBlame(field, message);
        (await client.PostAsync("/api/prompts", body)).ShouldBlame(field, message);
    }

    [Fact]
    public async Task A_prompt_is_made_changed_rolled_back_and_deleted()
    {
        var (client, _) = await api.NewClientAsync();

        var made = await client.PostAsync("/api/prompts", Strict);
        made.Status.ShouldBe(201, made.Json.ToString());
        (Version(made), Text(made.Json, "system"), made.Json.GetProperty("examples")[0].GetProperty("assistant").GetString())
            .ShouldBe((1, "Be strict.", """{"score":3}"""));
        var path = $"/api/prompts/{made.Id}";

        Version(await PutAsync(client, path, """{"system":"Be stricter.","user":"{{question}} {{answer}}"}""")).ShouldBe(2);
        Version(await PutAsync(client, path, """{"system":"Be stricter.","user":"{{question}} {{answer}}"}""")).ShouldBe(2);
        Version(await PutAsync(client, path, """{"system":"가장 엄격하게.","user":"{{question}} {{answer}}"}""")).ShouldBe(3);
        Text((await RollbackAsync(client, path, 1)).Json, "system").ShouldBe("Be strict.");
        Version(await client.GetAsync(path)).ShouldBe(1);
        Version(await PutAsync(client, path, """{"system":"Anew.","user":"{{question}} {{answer}}"}""")).ShouldBe(4);

        var versions = (await client.GetAsync(path + "/versions")).Json.GetProperty("versions").EnumerateArray().ToList();
        versions.Select(version => Text(version, "system")).ShouldBe(["Anew.", "가장 엄격하게.", "Be stricter.", "Be strict."]);
        versions.Select(version => version.TryGetProperty("in_use", out _)).ShouldBe([true, false, false, false]);
        (await RollbackAsync(client, path, 9)).ShouldBlame("version", "does not exist");

        (await client.DeleteAsync(path)).Status.ShouldBe(200);
        (await client.GetAsync(path)).ShouldBeProblem(404, "prompt-not-found");
        (await client.GetAsync(path + "/versions")).ShouldBeProblem(404, "prompt-not-found");
    }

    [Fact]
    public async Task A_job_is_accepted_with_the_version_in_use_of_its_client()
    {
        var (client, _) = await api.NewClientAsync();
        var (other, _) = await api.NewClientAsync();
        var made = await client.PostAsync("/api/prompts", """{"kind":"chat","name":"teacher","language":"en","system":"Teach like a pirate."}""");
        made.Status.ShouldBe(201, made.Json.ToString());

        (await SystemOfJobAsync(client)).ShouldBe("Teach like a pirate.");
        (await SystemOfJobAsync(other)).ShouldContain("patient teacher");

        await PutAsync(client, $"/api/prompts/{made.Id}", """{"system":"Teach like a robot."}""");
        (await SystemOfJobAsync(client)).ShouldBe("Teach like a robot.");
        await RollbackAsync(client, $"/api/prompts/{made.Id}", 1);
        (await SystemOfJobAsync(client)).ShouldBe("Teach like a pirate.");

        // What is not active is as if it were not there.
        await PutAsync(client, $"/api/prompts/{made.Id}", """{"system":"Teach like a robot.","active":false}""");
        (await SystemOfJobAsync(client)).ShouldContain("patient teacher");
    }

    [Theory]
    [InlineData("""{"kind":"emotion","name":"a","language":"en","system":"a"}""", "kind", "takes no prompts")]
    [InlineData("""{"kind":"chat","name":" ","language":"en","system":"a"}""", "name", "1 to 100")]
    [InlineData("""{"kind":"chat","name":"a","language":"fr","system":"a"}""", "language", "ko, en")]
    [InlineData("""{"kind":"chat","name":"a","language":"en","system":" "}""", "system", "nothing that can be seen")]
    [InlineData("""{"kind":"chat","name":"a","language":"en","system":"a","examples":[{"user":"a"}]}""", "examples[0].assistant", "is required")]
    [InlineData("""{"kind":"chat","name":"a","language":"en","system":"{{topic}}"}""", "system", "{{topic}}")]
    [InlineData("""{"kind":"feedback","name":"a","language":"en","system":"a","user":"{{question}}"}""", "user", "{{answer}}")]
    [InlineData("""{"kind":"feedback","name":"a","language":"en","system":"a","user":"{{question}} {{answer}} {{mood}}"}""", "user", "{{mood}}")]
    [InlineData("""{"kind":"report","name":"mine","language":"en","system":"a","user":"{{findings}}"}""", "name", "question, summary")]
    [InlineData("""{"kind":"chat","name":"a","language":"en","system":"a","version":7}""", "version", "is not a known field")]
    public async Task A_prompt_that_would_not_work_is_refused(string body, string field, string reason)
    {
        var (client, _) = await api.NewClientAsync();

        (await client.PostAsync("/api/prompts", body)).ShouldBlame(field, reason);
        (await ListAsync(client, "")).ShouldAllBe(prompt => prompt.GetProperty("built_in").GetBoolean());
    }

    [Fact]
    public async Task The_same_kind_name_and_language_are_taken_once()
    {
        var (client, _) = await api.NewClientAsync();
        (await client.PostAsync("/api/prompts", Strict)).Status.ShouldBe(201);

        (await client.PostAsync("/api/prompts", Strict)).ShouldBeProblem(409, "prompt-exists");
        (await client.PostAsync("/api/prompts", Strict.Replace("\"en\"", "\"ko\"", StringComparison.Ordinal))).Status.ShouldBe(201);
        (await ListAsync(client, "kind=feedback&name=strict")).Count.ShouldBe(2);
        (await ListAsync(client, "kind=feedback&name=strict&language=ko")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_preview_shows_what_would_be_stored_and_makes_nothing()
    {
        var (client, _) = await api.NewClientAsync();

        var sample = await client.PostAsync("/api/prompts/preview", Strict);
        var own = await client.PostAsync("/api/prompts/preview", Strict.TrimEnd()[..^1] + ""","input":{"question":"왜?","answer":"{{answer}}"}}""");

        sample.Status.ShouldBe(200, sample.Json.ToString());
        Messages(sample)[^1].ShouldStartWith("How does an index help? - ");
        Messages(own).ShouldBe(["Be strict.", "Q", """{"score":3}""", "왜? - {{answer}}"]);
        (await client.PostAsync("/api/prompts/preview", Strict.TrimEnd()[..^1] + ""","input":{"question":"a"}}""")).ShouldBlame("input.answer", "is required");
        (await client.PostAsync("/api/prompts/preview", Strict.TrimEnd()[..^1] + ""","input":{"user_prompt":"a"}}""")).ShouldBlame("input", "brings its prompt along");
        (await ListAsync(client, "name=strict")).ShouldBeEmpty();
        (await client.GetAsync("/api/jobs")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_prompt_belongs_to_its_client()
    {
        var (mine, _) = await api.NewClientAsync();
        var (other, _) = await api.NewClientAsync();
        var path = $"/api/prompts/{(await mine.PostAsync("/api/prompts", Strict)).Id}";

        (await other.GetAsync(path)).ShouldBeProblem(404, "prompt-not-found");
        (await other.GetAsync(path + "/versions")).ShouldBeProblem(404, "prompt-not-found");
        (await PutAsync(other, path, """{"system":"a","user":"{{question}} {{answer}}"}""")).ShouldBeProblem(404, "prompt-not-found");
        (await RollbackAsync(other, path, 1)).ShouldBeProblem(404, "prompt-not-found");
        (await other.DeleteAsync(path)).ShouldBeProblem(404, "prompt-not-found");
        (await mine.GetAsync(path)).Status.ShouldBe(200);
    }

    private static async Task<string> SystemOfJobAsync(ApiClient client)
    {
        var job = await client.PostAsync("/api/jobs", """{"kind":"chat","input":{"messages":[{"role":"user","content":"hi"}],"prompt":"teacher"}}""");
        job.Status.ShouldBe(202, job.Json.ToString());
        return JsonElement.Parse(await StoredInputs.OfAsync(client, job.Id)).GetProperty("messages")[0].GetProperty("content").GetString()!;
    }

    private static async Task<IReadOnlyList<JsonElement>> ListAsync(ApiClient client, string query) =>
        [.. (await client.GetAsync($"/api/prompts?{query}")).Json.GetProperty("prompts").EnumerateArray()];

    private static Task<Answer> PutAsync(ApiClient client, string path, string json) => client.SendAsync(HttpMethod.Put, path, Body(json));

    private static Task<Answer> RollbackAsync(ApiClient client, string path, int version) =>
        client.PostAsync($"{path}/rollback", $$"""{"version":{{version}}}""");

    private static HttpContent Body(string json) => ApiClient.Json(System.Text.Encoding.UTF8.GetBytes(json));

    private static int Version(Answer answer) => answer.Json.GetProperty("version").GetInt32();

    private static string Text(JsonElement json, string property) => json.GetProperty(property).GetString()!;

    private static IReadOnlyList<string> Messages(Answer preview) =>
        [.. preview.Json.GetProperty("input").GetProperty("messages").EnumerateArray().Select(message => Text(message, "content"))];
}
