using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;

namespace Pipeline.EndToEnd.Tests.OpenAi;

/// <summary>Files and Batches with the npm package <c>openai</c> as it is published, while processes die.</summary>
public sealed class OpenAiBatchTests(PrivateSystem system) : IClassFixture<PrivateSystem>
{
    private const string Script = "batches.cjs";
    private const int Good = 400;
    private const int Bad = 30_000; // Their check takes long enough to be killed in its middle.

    [Fact]
    public async Task Every_line_is_once_in_output_or_errors_though_the_API_that_checks_and_the_worker_are_killed()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "killed.jsonl");
        await File.WriteAllLinesAsync(path, Lines(), TestContext.Current.CancellationToken);
        var doomed = await system.StartApiAsync();
        await using (doomed)
        {
            var begun = await NodeScript.RunAsync(Script, "submit", Address(doomed), path, "/api/emotion");
            await doomed.KillAsync();
            begun.GetProperty("batch").GetProperty("status").GetString().ShouldBe("validating");
            var id = begun.GetProperty("batch").GetProperty("id").GetString()!;

            await using var api = await system.StartApiAsync();
            using var http = new HttpClient { BaseAddress = api.Address };
            await using var worker = await system.StartWorkerAsync();
            await Eventually.TrueAsync(async () => Completed(await http.GetFromJsonAsync<JsonElement>($"/v1/batches/{id}")) > 0);
            await worker.KillAsync();
            await using var heir = await system.StartWorkerAsync();

            var got = await NodeScript.RunAsync(Script, "finish", Address(api), id);

            var batch = got.GetProperty("batch");
            batch.GetProperty("status").GetString().ShouldBe("completed");
            batch.GetProperty("metadata").GetProperty("team").GetString().ShouldBe("리뷰");
            Ids(got.GetProperty("output")).Order().ShouldBe(Enumerable.Range(0, Good).Select(i => $"good-{i}").Order());
            Ids(got.GetProperty("errors")).Order().ShouldBe(Enumerable.Range(0, Bad).Select(i => $"bad-{i}").Order());
        }
    }

    [Fact]
    public async Task The_client_of_OpenAI_manages_files_and_batches()
    {
        await using var api = await system.StartApiAsync();
        await using var worker = await RoleProcess.StartReadyAsync("Workers.Embedding", system.Settings);

        var got = await NodeScript.RunAsync(Script, "manage", Address(api));

        var file = got.GetProperty("file");
        (file.GetProperty("expires_at").GetInt64() - file.GetProperty("created_at").GetInt64()).ShouldBe(3_600);
        got.GetProperty("found").ToString().ShouldBe(file.ToString());
        var done = got.GetProperty("done");
        done.GetProperty("batch").GetProperty("status").GetString().ShouldBe("completed");
        Ids(done.GetProperty("output")).Order().ShouldBe(["a", "b"]);
        done.GetProperty("output")[0].GetProperty("response").GetProperty("body").GetProperty("data")[0].GetProperty("embedding").GetArrayLength().ShouldBeGreaterThan(10);
        done.GetProperty("errors")[0].GetProperty("error").GetProperty("code").GetString().ShouldBe("invalid_json_line");
        got.GetProperty("files").EnumerateArray().Select(id => id.GetString()).ShouldContain(file.GetProperty("id").GetString());
        got.GetProperty("batches").EnumerateArray().Select(id => id.GetString()).ShouldContain(done.GetProperty("batch").GetProperty("id").GetString());
        (Code(got, "cancelEnded"), Code(got, "badEndpoint"), Code(got, "missing")).ShouldBe(("batch_state", "invalid_input", "file_not_found"));
        got.GetProperty("deleted").GetProperty("deleted").GetBoolean().ShouldBeTrue();
    }

    /// <summary>Good ones and bad ones among each other.</summary>
    private static IEnumerable<string> Lines()
    {
        for (var i = 0; i < Bad; i++)
        {
            yield return $$$"""{"custom_id":"bad-{{{i}}}","method":"PUT","url":"/api/emotion","body":{}}""";
            if (i % (Bad / Good) is 0 && i / (Bad / Good) is < Good and var number)
            {
                yield return $$$"""{"custom_id":"good-{{{number}}}","method":"POST","url":"/api/emotion","body":{"text":"I am happy about text {{{number}}}"}}""";
            }
        }
    }

    private static string Address(RoleProcess api) => api.Address.ToString().TrimEnd('/');

    private static int Completed(JsonElement batch) => batch.GetProperty("request_counts").GetProperty("completed").GetInt32();

    private static IEnumerable<string> Ids(JsonElement lines) => lines.EnumerateArray().Select(line => line.GetProperty("custom_id").GetString()!);

    private static string? Code(JsonElement got, string name) => got.GetProperty(name).GetProperty("code").GetString();
}
