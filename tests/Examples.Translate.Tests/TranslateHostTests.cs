using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.TestSupport.Pipelines;

namespace Examples.Translate.Tests;

/// <summary>
/// The program of the example as a process of its own, with the model that ships: everything that Pipeline's own kinds have,
/// this one has as well, and Pipeline knows nothing of it.
/// </summary>
public sealed class TranslateHostTests(TranslateHost host) : IClassFixture<TranslateHost>
{
    private const string Input = """{"text":"Tests let us change code without fear.","target":"Korean"}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_path_takes_the_input_as_the_body()
    {
        var result = (await PostAsync("/api/translate", Input)).GetProperty("result").Deserialize(Translate.ResultJson)!;

        result.Translation.ShouldNotBeEmpty();
        (result.Target, result.Model, result.Prompt).ShouldBe(("Korean", GeneratedResult.SmallModel, new PromptSource("default", "en", 1)));
        result.Warnings.ShouldNotBeNull().ShouldHaveSingleItem().ShouldContain("Kinds:Translate:Model");
    }

    [Fact]
    public async Task The_envelope_of_all_kinds_takes_it()
    {
        var job = await PostAsync("/api/jobs", $$"""{"kind":"translate","input":{{Input}},"priority":"bulk"}""");

        job.GetProperty("state").GetString().ShouldBe("succeeded");
        job.GetProperty("queue").GetString().ShouldBe("translate-bulk");
    }

    [Fact]
    public async Task What_is_wrong_is_told_field_by_field()
    {
        using var response = await host.Http.PostAsync("/api/translate", Json("""{"text":" ","target":"Korean","template":{},"speed":1}"""), Cancellation);
        using var missing = await host.Http.PostAsync("/api/translate", Json("""{"text":"Hi"}"""), Cancellation);

        ((int)response.StatusCode).ShouldBe(400);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        problem.GetProperty("errors").GetProperty("template")[0].GetString().ShouldBe("is written by the API: leave it out.");
        Fields(problem).ShouldContain("speed");
        Fields(await missing.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).ShouldBe(["target"]);
    }

    [Fact]
    public async Task Batches_take_it()
    {
        var lines = string.Join('\n', Enumerable.Repeat(Input, 3));
        using var accepted = await host.Http.PostAsync("/api/jobs/batch?kind=translate", new StringContent(lines, Encoding.UTF8, "application/x-ndjson"), Cancellation);
        var batch = await accepted.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        batch.GetProperty("items").GetInt32().ShouldBe(3, batch.ToString());
        await Eventually.TrueAsync(async () =>
            (await host.Http.GetFromJsonAsync<JsonElement>($"/api/batches/{batch.GetProperty("id")}", Cancellation)).GetProperty("counts").GetProperty("succeeded").GetInt32() is 3);
    }

    [Fact]
    public async Task A_template_of_a_clients_own_stands_before_that_of_the_kind()
    {
        using var refused = await host.Http.PostAsync("/api/prompts", Json("""{"kind":"translate","name":"formal","language":"en","system":"Translate.","user":"{{text}}"}"""), Cancellation);
        using var added = await host.Http.PostAsync(
            "/api/prompts", Json("""{"kind":"translate","name":"formal","language":"en","system":"Translate into formal {{target}}.","user":"{{text}}"}"""), Cancellation);

        (await refused.Content.ReadAsStringAsync(Cancellation)).ShouldContain("{{target}}");
        ((int)added.StatusCode).ShouldBe(201);
        var job = await PostAsync("/api/translate", """{"text":"Hi","target":"Korean","prompt":"formal"}""");
        job.GetProperty("result").GetProperty("prompt").GetProperty("name").GetString().ShouldBe("formal");
    }

    [Fact]
    public async Task The_documents_show_it_as_its_descriptor_has_it()
    {
        var document = await host.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancellation);
        var operation = document.GetProperty("paths").GetProperty("/api/translate").GetProperty("post");
        var media = operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
        var schema = media.GetProperty("schema");

        operation.GetProperty("summary").GetString().ShouldBe("Translate a text");
        schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()).ShouldBe(["text", "target"]);
        schema.GetProperty("properties").EnumerateObject().Select(field => field.Name)
            .ShouldBe(["text", "target", "prompt", "priority", "expires_at", "deadline", "callback_url", "user", "resubmitted_from", "cache"], ignoreOrder: true);
        schema.GetProperty("properties").EnumerateObject().ShouldAllBe(field => field.Value.GetProperty("description").GetString() != "");
        media.GetProperty("examples").GetProperty("To Korean").GetProperty("value").GetProperty("target").GetString().ShouldBe("Korean");
        operation.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("example")
            .GetProperty("result").Deserialize(Translate.ResultJson)!.Target.ShouldBe("Korean");
    }

    [Fact]
    public async Task Queues_and_kinds_list_it()
    {
        await Eventually.TrueAsync(async () => (await host.Http.GetFromJsonAsync<JsonElement>("/api/queues", Cancellation)).GetProperty("queues").EnumerateArray()
            .Any(queue => queue.GetProperty("queue").GetString() is "translate" && queue.GetProperty("workers").GetInt32() is 1));
        var kind = (await host.Http.GetFromJsonAsync<JsonElement>("/api/kinds", Cancellation)).GetProperty("kinds").EnumerateArray()
            .Single(kind => kind.GetProperty("kind").GetString() is "translate");
        kind.GetProperty("path").GetString().ShouldBe("/api/translate");
        (await PostAsync("/api/translate", kind.GetProperty("sample").GetRawText())).GetProperty("state").GetString().ShouldBe("succeeded");
    }

    [Fact]
    public async Task Evaluation_measures_it()
    {
        var (code, output, errors) = await host.EvaluateAsync($$"""{"input":{{Input}},"keywords":["테스트"]}""");

        code.ShouldBe(0, errors);
        var figures = JsonElement.Parse(output);
        (figures.GetProperty("kind").GetString(), figures.GetProperty("valid").GetDouble()).ShouldBe(("translate", 1));
    }

    [Fact]
    public async Task Reports_on_activity_call_it_by_its_name()
    {
        await PostAsync("/api/translate", Input);
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        using var asked = await host.Http.PostAsync(
            "/api/activity", Json($$"""{"from":"{{today.AddDays(-1):yyyy-MM-dd}}","to":"{{today:yyyy-MM-dd}}","language":"ko"}"""), Cancellation);
        var report = await asked.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        var path = report.GetProperty("links").GetProperty("self").GetString();

        await Eventually.TrueAsync(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Accept", "text/html");
            using var page = await host.Http.SendAsync(request, Cancellation);
            return (await page.Content.ReadAsStringAsync(Cancellation)).Contains("<td>번역</td>", StringComparison.Ordinal);
        });
    }

    private async Task<JsonElement> PostAsync(string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(body) };
        request.Headers.Add("Prefer", "wait=60");
        using var response = await host.Http.SendAsync(request, Cancellation);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        response.IsSuccessStatusCode.ShouldBeTrue(answer.ToString());
        answer.TryGetProperty("result", out _).ShouldBeTrue(answer.ToString());
        return answer;
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static IEnumerable<string> Fields(JsonElement problem) => problem.GetProperty("errors").EnumerateObject().Select(field => field.Name);
}
