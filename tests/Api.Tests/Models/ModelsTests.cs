using System.Text.Json;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Api.Tests.Steering;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Api.Tests.Models;

public sealed class ModelsTests
{
    private const string Announce = """
        insert into workers (id, host, queues, slots, ready, lease_until, models, model_files)
        values (@Id, 'gpu-1:1', '{chat,embedding}', '{8,8}', true, now() + interval '5 minutes', @Models::json, @Files::json) returning 1
        """;

    private const string Kinds = """
        [{"kind":"chat","name":"small","context_tokens":4096,"is_default":true},{"kind":"chat","name":"large","context_tokens":8192,"is_default":false},{"kind":"chat","name":"large:support","context_tokens":8192,"is_default":false},
         {"kind":"chat","name":"broken","context_tokens":8192,"is_default":false},{"kind":"embedding","name":"vectors","context_tokens":512,"is_default":true}]
        """;

    private const string Files = """
        [{"names":["small"],"kinds":["chat"],"own_of":["chat"],"file":"/models/small.gguf","state":"loaded","memory_mib":500,"gpu_memory_mib":0,"running":1,"waiting":0,"load_seconds":1.5,"wait_seconds":0},
         {"names":["large","large:support"],"kinds":["chat"],"own_of":[],"file":"/models/large.gguf","state":"absent","memory_mib":5000,"gpu_memory_mib":0,"running":0,"waiting":2,"load_seconds":9,"wait_seconds":20},
         {"names":["broken"],"kinds":["chat"],"own_of":[],"file":"/models/broken.gguf","state":"refused","memory_mib":0,"gpu_memory_mib":0,"running":0,"waiting":0,"error":"The model file /models/broken.gguf does not exist."}]
        """;

    [Fact]
    public async Task A_client_sees_names_and_an_operator_who_has_them_in_what_memory()
    {
        await using var api = await StartAsync();

        var seen = await ListAsync(api.Client);
        seen.Select(model => model.GetProperty("name").GetString()).ShouldBe(["broken", "large", "large:support", "small", "vectors"]);
        seen[3].GetProperty("own_of")[0].GetString().ShouldBe("chat");
        seen[3].TryGetProperty("workers", out _).ShouldBeFalse();

        var told = await ListAsync(api.Operator);
        told[2].GetProperty("workers")[0].GetProperty("file").GetString().ShouldBe("/models/large.gguf", "through an adapter it is the same file");
        var broken = told[0].GetProperty("workers")[0];
        (broken.GetProperty("state").GetString(), broken.GetProperty("error").GetString()).ShouldBe(("refused", "The model file /models/broken.gguf does not exist."));
        var large = told[1];
        large.GetProperty("context_tokens").GetInt32().ShouldBe(8_192);
        var worker = large.GetProperty("workers")[0];
        (worker.GetProperty("host").GetString(), worker.GetProperty("state").GetString(), worker.GetProperty("memory_mib").GetInt32()).ShouldBe(("gpu-1:1", "absent", 5_000));
    }

    [Fact]
    public async Task A_job_asks_for_a_model_of_its_kind_and_is_told_which_there_are()
    {
        await using var api = await StartAsync();

        var taken = await api.Client.PostAsync("/api/chat/completions", """{"model":"large","messages":[{"role":"user","content":"Hi"}]}""");
        taken.Status.ShouldBe(202);
        JsonElement.Parse(await StoredInputs.OfAsync(api.Client, taken.Id)).GetProperty("model").GetString().ShouldBe("large");
        await WaitsAsync(api, taken.Id, seconds: 20);

        // What does not come is not waited for: its attempt fails with the reason.
        var doomed = await api.Client.PostAsync("/api/chat/completions", """{"model":"broken","messages":[{"role":"user","content":"Hi"}]}""");
        (await api.FindAsync(doomed.Id)).Json.GetProperty("waiting_for").GetString().ShouldNotBe("model_loading");

        (await api.Client.PostAsync("/api/chat/completions", """{"model":"large:support","messages":[{"role":"user","content":"Hi"}]}""")).Status.ShouldBe(202);
        var refused = await api.Client.PostAsync("/api/chat/completions", """{"model":"vectors","messages":[{"role":"user","content":"Hi"}]}""");
        (refused.Status, refused.Json.GetProperty("errors").TryGetProperty("model", out _)).ShouldBe((404, true));
        (await api.Client.PostAsync("/api/jobs", """{"kind":"chat","input":{"model":"no","messages":[{"role":"user","content":"Hi"}]}}""")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_running_job_waits_until_its_worker_has_loaded_its_model()
    {
        await using var api = await StartAsync();
        var job = await api.Client.PostAsync("/api/chat/completions", """{"model":"large","messages":[{"role":"user","content":"Hi"}]}""");
        var small = await api.Client.PostAsync("/api/chat/completions", """{"messages":[{"role":"user","content":"Hi"}]}""");
        foreach (var id in new[] { job.Id, small.Id })
        {
            await api.QueryAsync<int>("update jobs set state = 'running', attempt = 1, started_at = now(), worker_id = (select id from workers limit 1) where id = @Id::uuid returning 1", new { Id = id });
        }

        await WaitsAsync(api, job.Id, seconds: 20);
        (await api.FindAsync(small.Id)).Json.TryGetProperty("waiting_for", out _).ShouldBeFalse("its model is loaded");

        await api.QueryAsync<int>("update workers set model_files = @Files::json returning 1", new { Files = Files.Replace("\"wait_seconds\":20", "\"wait_seconds\":3.5", StringComparison.Ordinal) });
        await WaitsAsync(api, job.Id, seconds: 3.5);

        await api.QueryAsync<int>("update workers set model_files = @Files::json returning 1", new { Files = Files.Replace("absent", "loaded", StringComparison.Ordinal).Replace("\"wait_seconds\":20", "\"wait_seconds\":0", StringComparison.Ordinal) });
        (await api.FindAsync(job.Id)).Json.TryGetProperty("waiting_for", out _).ShouldBeFalse("it runs");
    }

    [Fact]
    public async Task An_operator_moves_a_name_and_moves_it_back()
    {
        await using var api = await StartAsync();

        var moved = (await api.PutAsync("/api/models/large/file", """{"path":"/models/larger.gguf"}""")).Json;
        (moved.GetProperty("moved").GetProperty("path").GetString(), moved.GetProperty("moved").GetProperty("moved_by").GetString()).ShouldBe(("/models/larger.gguf", "ops"));
        (await api.QueryAsync<int>("select count(*)::int from audit where action = 'moveModel' and status = 200")).ShouldBe(1);

        (await api.Operator.DeleteAsync("/api/models/large/file")).Json.TryGetProperty("moved", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("large", """{"path":"/etc/passwd"}""", 400)]
    [InlineData("large", """{"path":7}""", 400)]
    [InlineData("large", "{}", 400)]
    [InlineData("none", """{"path":"/models/larger.gguf"}""", 404)]
    [InlineData("large:support", """{"path":"/models/larger.gguf"}""", 404)]
    [InlineData("vectors", """{"path":"/models/larger.gguf"}""", 404)]
    public async Task What_cannot_be_moved_is_told(string name, string body, int status)
    {
        await using var api = await StartAsync();

        (await api.PutAsync($"/api/models/{name}/file", body)).Status.ShouldBe(status);
    }

    /// <summary>For its model, which comes after so long.</summary>
    private static async Task WaitsAsync(SteeredApi api, string id, double seconds)
    {
        var before = TimeProvider.System.GetUtcNow();
        var job = (await api.FindAsync(id)).Json;
        job.GetProperty("waiting_for").GetString().ShouldBe("model_loading", job.ToString());
        job.GetProperty("waiting_detail").GetString()!.ShouldContain("large");
        job.GetProperty("eta").GetDateTimeOffset().ShouldBeInRange(before.AddSeconds(seconds).AddMilliseconds(-1), TimeProvider.System.GetUtcNow().AddSeconds(seconds));
    }

    private static async Task<SteeredApi> StartAsync()
    {
        var api = await SteeredApi.StartAsync(works: false);
        await api.QueryAsync<int>(Announce, new { Id = Guid.CreateVersion7(), Models = Kinds, Files });
        await Eventually.TrueAsync(async () => (await ListAsync(api.Client)).Count is 5);
        return api;
    }

    private static async Task<IReadOnlyList<JsonElement>> ListAsync(ApiClient client) =>
        [.. (await client.GetAsync("/api/models")).Json.GetProperty("models").EnumerateArray()];
}
