using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;
using Pipeline.TestSupport.Telemetry;

namespace Pipeline.EndToEnd.Tests.Telemetry;

/// <summary>Processes that tell a receiver of what they do, and jobs whose callers have a trace.</summary>
internal static class Telling
{
    public const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    /// <summary>The span of the caller.</summary>
    public const string CallerId = "00f067aa0ba902b7";

    /// <summary>A caller who records its trace.</summary>
    public const string Caller = $"00-{TraceId}-{CallerId}-01";

    /// <summary>What nobody may read in spans and logs.</summary>
    public const string Secret = "my cat is called Schrodinger";

    public static async Task<Dictionary<string, string?>> SettingsAsync(PostgresDatabase database, OtlpReceiver receiver)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        foreach (var (key, value) in receiver.Settings)
        {
            settings[key] = value;
        }

        return settings;
    }

    /// <summary>The id of the job.</summary>
    /// <param name="trace">What the caller sends as <c>traceparent</c>; null for nothing.</param>
    public static async Task<string> AcceptAsync(HttpClient http, string path, object body, string? trace = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (trace is not null)
        {
            request.Headers.Add("traceparent", trace);
        }

        using var response = await http.SendAsync(request);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        var job = answer.TryGetProperty("jobs", out var jobs) ? jobs[0] : answer;
        job.TryGetProperty("id", out var id).ShouldBeTrue(job.ToString());
        return id.GetString()!;
    }

    public static Task<JsonElement> JobAsync(HttpClient http, string id) => http.GetFromJsonAsync<JsonElement>($"/api/jobs/{id}");

    /// <summary>The final state of the job.</summary>
    public static async Task<string> EndAsync(HttpClient http, string id)
    {
        var state = "";
        await Eventually.TrueAsync(async () => JobState.IsFinal(state = (await JobAsync(http, id)).GetProperty("state").GetString()!));
        return state;
    }
}
