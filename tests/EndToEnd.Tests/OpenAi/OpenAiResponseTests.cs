using System.Text.Json;
using Pipeline.Bench.Models;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests.OpenAi;

/// <summary>Responses with the npm package <c>openai</c> as it is published, against API and worker as processes.</summary>
public sealed class OpenAiResponseTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task The_client_of_OpenAI_asks_goes_on_streams_and_comes_back()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "random-responses.gguf");
        ModelWriter.Write(new ModelRecipe { Preset = ModelPreset.Tiny }, path, CancellationToken.None);
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Kinds:Chat:Model"] = path;
        await using var api = await RoleProcess.StartReadyAsync("Api", settings);
        await using var worker = await RoleProcess.StartReadyAsync("Workers.Inference", settings);

        var got = await NodeScript.RunAsync("responses.cjs", api.Address.ToString().TrimEnd('/'));

        var first = got.GetProperty("first");
        Text(first, "text").ShouldNotBeNullOrEmpty();
        (Text(first, "status"), first.GetProperty("usage").GetProperty("output_tokens").GetInt32()).ShouldBe(("incomplete", 24));
        Text(got.GetProperty("next"), "previous").ShouldBe(Text(first, "id"));
        Text(got.GetProperty("next"), "text").ShouldNotBeNullOrEmpty();
        var streamed = got.GetProperty("streamed");
        streamed.GetProperty("types").EnumerateArray().First().GetString().ShouldBe("response.created");
        streamed.GetProperty("types").EnumerateArray().Last().GetString().ShouldBe("response.incomplete");
        Text(streamed, "text").ShouldBe(streamed.GetProperty("last").GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
        (got.GetProperty("json").GetProperty("capital").ValueKind is JsonValueKind.True or JsonValueKind.False).ShouldBeTrue();
        (Text(got, "background"), Text(got.GetProperty("done"), "status"), Text(got, "cancelled"), Text(got, "missing"))
            .ShouldBe(("queued", "incomplete", "cancelled", "response_not_found"));
        var resumed = got.GetProperty("resumed");
        Text(resumed, "whole").ShouldNotBeNullOrEmpty();
        (Text(resumed, "text"), Text(resumed, "helped"), resumed.GetProperty("next").GetInt32()).ShouldBe((Text(resumed, "whole"), Text(resumed, "whole"), 1));
        got.GetProperty("items")[0].GetProperty("content")[0].GetProperty("text").GetString().ShouldBe("인구는?");
    }

    private static string? Text(JsonElement got, string name) => got.GetProperty(name).GetString();
}
