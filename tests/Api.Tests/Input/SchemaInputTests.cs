using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Input;

public sealed class SchemaInputTests(LocalApi api)
{
    private const string Fault = """{"type":"object","properties":{"score":{"type":"integer","not":{}}}}""";

    [Fact]
    public async Task A_schema_that_no_answer_can_be_kept_to_is_refused_before_there_is_a_job() =>
        (await api.Client.PostAsync("/api/chat/completions", Chat(Fault)))
            .ShouldBlame("schema", "cannot be kept at #/properties/score/not: not ({}) cannot be enforced.");

    [Fact]
    public async Task It_is_named_by_its_place_in_the_envelope_in_a_batch_and_in_the_shape_of_OpenAI()
    {
        (await api.Client.PostAsync("/api/jobs", $$"""{"input":{{Chat(Fault)}},"kind":"chat"}""")).ShouldBlame("input.schema", "not");
        (await api.Client.PostLinesAsync("/api/jobs/batch?kind=chat", [Chat("{}"), Chat(Fault)])).ShouldBlame("items[1].schema", "not");

        var answer = await api.Client.PostAsync(
            "/v1/chat/completions",
            """{"model":"chat","messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":FAULT}}}""".Replace("FAULT", Fault, StringComparison.Ordinal));
        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("error").GetProperty("param").GetString().ShouldBe("response_format.json_schema.schema");
    }

    [Fact]
    public async Task A_schema_that_costs_too_much_to_compile_is_refused_at_its_place()
    {
        var values = string.Join(",", Enumerable.Range(0, 1_500).Select(i => $"\"v{i}\""));
        var alternatives = string.Join(",", Enumerable.Range(0, 300).Select(i =>
            """{"type":"object","required":["p","kX"],"properties":{"p":{"$ref":"#/$defs/a"},"kX":{"enum":[Y]}}}""".Replace("X", $"{i % 2}", StringComparison.Ordinal).Replace("Y", $"{i}", StringComparison.Ordinal)));

        (await api.Client.PostAsync("/api/chat/completions", Chat($"{{\"oneOf\":[{alternatives}],\"$defs\":{{\"a\":{{\"enum\":[{values}]}}}}}}")))
            .ShouldBlame("schema", "cannot be kept at #/oneOf");
    }

    [Fact]
    public async Task Where_a_model_server_knows_more_an_operator_turns_the_check_off()
    {
        await using var database = new PostgresDatabase();
        await database.InitializeAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, api.Worker, ("Api:SchemaCheck", "false"));
        using var client = host.Client();

        (await client.PostAsync("/api/chat/completions", Chat(Fault))).Status.ShouldBe(202);
    }

    private static string Chat(string schema) => $$"""{"schema":{{schema}},"messages":[{"role":"user","content":"a"}]}""";
}
