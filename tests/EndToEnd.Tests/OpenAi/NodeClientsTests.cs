using System.Text.Json;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.EndToEnd.Tests.OpenAi;

/// <summary>Vercel's AI SDK and LangChain as they are published.</summary>
[Collection(nameof(OpenAiServers))]
public sealed class NodeClientsTests(OpenAiServers servers)
{
    [Theory]
    [InlineData("vercel.mjs", "chat", "responses", "compatible")]
    [InlineData("langchain.mjs", "chat")]
    public async Task It_chats_streams_fills_in_forms_calls_embeds_and_leaves(string script, params string[] providers)
    {
        using var http = new HttpClient { BaseAddress = new(servers.Address) };
        var got = await NodeScript.RunAsync(script, servers.Address);

        foreach (var provider in providers)
        {
            var answers = got.GetProperty(provider);
            answers.GetProperty("text").GetString().ShouldNotBeNullOrEmpty(provider);
            answers.GetProperty("tokens").GetInt32().ShouldBe(16, provider);
            answers.GetProperty("streamed").GetString().ShouldNotBeNullOrEmpty(provider);
            answers.GetProperty("form").GetProperty("city").ValueKind.ShouldBe(JsonValueKind.String, provider);
            (answers.GetProperty("form").GetProperty("capital").ValueKind is JsonValueKind.True or JsonValueKind.False).ShouldBeTrue(provider);
            var calls = answers.GetProperty("calls").EnumerateArray().ToArray();
            calls.ShouldNotBeEmpty(provider);
            calls.ShouldAllBe(call => call.GetProperty("name").GetString() == "get_weather" && (call.GetProperty("input").GetProperty("city").GetString() == "Seoul" || call.GetProperty("input").GetProperty("city").GetString() == "Busan"));
            answers.GetProperty("vectors").EnumerateArray().Select(length => length.GetInt32()).ShouldAllBe(length => length > 0);
            var error = answers.GetProperty("error");
            error.GetProperty("status").GetInt32().ShouldBe(400, provider);
            error.GetProperty("message").GetString()!.ShouldContain("tokens", Case.Insensitive, provider);
            // Each provider leaves at a time of its own: a tiny model may be done before, but not each time.
            var left = answers.GetProperty("left").EnumerateArray().Select(at => at.GetString()!).ToArray();
            await Eventually.TrueAsync(async () => await CanceledAsync(http, left[0], left[1]) > 0);
            if (answers.TryGetProperty("turns", out var turns))
            {
                turns.GetProperty("text").GetString().ShouldNotBeNullOrEmpty(provider);
                Grows(turns.GetProperty("tokens")).ShouldBeTrue(provider); // What was said before is there.
                turns.GetProperty("calls").GetInt32().ShouldBe(1, provider);
                turns.GetProperty("told").GetString().ShouldNotBeNullOrEmpty(provider);
            }
        }
    }

    private static bool Grows(JsonElement tokens) => tokens[1].GetInt32() > tokens[0].GetInt32() + 16;

    private static async Task<int> CanceledAsync(HttpClient http, string after, string before) => JsonElement.Parse(
        await http.GetByteArrayAsync($"/api/jobs?kind=chat&state=canceled&created_after={after}&created_before={before}&limit=100")).GetProperty("jobs").GetArrayLength();
}
