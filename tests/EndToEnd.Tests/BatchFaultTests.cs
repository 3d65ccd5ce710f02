using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.EndToEnd.Tests;

public sealed class BatchFaultTests(PrivateSystem system) : IClassFixture<PrivateSystem>
{
    private const int Items = 400;

    [Fact]
    public async Task A_batch_whose_worker_is_killed_half_way_gives_every_result_once()
    {
        await using var api = await system.StartApiAsync();
        using var http = new HttpClient { BaseAddress = api.Address };
        await using var doomed = await system.StartWorkerAsync();
        var batch = await SubmitAsync(http);

        // Held still while it is looked at, so that it dies in the middle of jobs and not between them.
        await Eventually.TrueAsync(async () =>
        {
            await doomed.SignalAsync("STOP");
            if ((await http.GetFromJsonAsync<JsonElement>(batch)).GetProperty("counts").GetProperty("running").GetInt32() > 0)
            {
                return true;
            }

            await doomed.SignalAsync("CONT");
            return false;
        });
        await doomed.KillAsync();
        var early = await ReadAsync(http, batch, "");

        await using var heir = await system.StartWorkerAsync();
        List<JsonElement> results = [.. early];
        await Eventually.TrueAsync(async () =>
        {
            results.AddRange(await ReadAsync(http, batch, results is [.., var last] ? last.GetProperty("cursor").GetString()! : ""));
            return results.Count >= Items;
        });

        early.Count.ShouldBeLessThan(Items);
        results.Select(result => result.GetProperty("index").GetInt32()).Order().ShouldBe(Enumerable.Range(0, Items));
        results.ShouldAllBe(result => result.GetProperty("state").GetString() == "succeeded" && result.GetProperty("attempt").GetInt32() <= 2);
        results.ShouldContain(result => result.GetProperty("attempt").GetInt32() == 2);
        (await heir.StopAsync()).ShouldBe(0);
    }

    private static async Task<Uri> SubmitAsync(HttpClient http)
    {
        var lines = Enumerable.Range(0, Items).Select(i => i % 2 == 0 ? $$"""{"text":"오늘은 정말 행복한 날이에요 {{i}}"}""" : $$"""{"text":"I am furious about text {{i}}"}""");
        using var content = new StringContent(string.Join('\n', lines), Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        using var response = await http.PostAsync(new Uri("/api/jobs/batch?kind=emotion", UriKind.Relative), content);
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!;
    }

    private static async Task<IReadOnlyList<JsonElement>> ReadAsync(HttpClient http, Uri batch, string cursor)
    {
        var text = await http.GetStringAsync(new Uri($"{batch}/results?after={cursor}", UriKind.Relative));
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
