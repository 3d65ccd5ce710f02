using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Bench.Jobs.Http;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>Two clients flood a queue, one with three times the weight of the other and texts ten times as long, or a tenth. Who gets how many tokens?</summary>
internal static class Shares
{
    private const double Weight = 3;
    private const int LongText = 400;
    private const int ShortText = 40;
    private const int BatchJobs = 50_000;
    private const int Batches = 2;

    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);

    public static bool AreDue(double share) => share is >= 0.95 and <= 1.05;

    /// <returns>Tokens of the heavy client over those of the light one, over their weights: 1 is what is due.</returns>
    public static async Task<double> MeasureAsync(
        HttpClient admin, Uri address, string name, bool isLong, TimeProvider time, CancellationToken cancellationToken)
    {
        (string heavy, string light) = ($"{name}-3", $"{name}-1");
        string heavyKey = await FairnessCommand.AddKeyAsync(admin, heavy, cancellationToken);
        string lightKey = await FairnessCommand.AddKeyAsync(admin, light, cancellationToken);
        using HttpResponseMessage weighted = await admin.PatchAsJsonAsync($"/api/keys/{heavy}", new { weight = Weight }, cancellationToken);
        weighted.EnsureSuccessStatusCode();
        for (int i = 0; i < Batches; i++)
        {
            await FloodAsync(address, heavyKey, isLong ? LongText : ShortText, cancellationToken);
            await FloodAsync(address, lightKey, isLong ? ShortText : LongText, cancellationToken);
        }

        await Task.Delay(_settling, time, cancellationToken);
        Dictionary<string, double> before = await TokensAsync(admin, cancellationToken);
        await Task.Delay(_minute, time, cancellationToken);
        Dictionary<string, double> after = await TokensAsync(admin, cancellationToken);
        await CancelAllAsync(admin, cancellationToken);
        return (after[heavy] - before[heavy]) / (after[light] - before[light]) / Weight;
    }

    /// <summary>Empties the queues.</summary>
    public static async Task CancelAllAsync(HttpClient admin, CancellationToken cancellationToken)
    {
        using HttpResponseMessage accepted = await admin.PostAsJsonAsync("/api/jobs/cancel", new { client = "*" }, cancellationToken);
        accepted.EnsureSuccessStatusCode();
        while ((await admin.GetFromJsonAsync<JsonElement>(accepted.Headers.Location, cancellationToken)).GetProperty("state").GetString() is "running")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }
    }

    private static Task FloodAsync(Uri address, string key, int length, CancellationToken cancellationToken) => Submissions.BatchAsync(
        new(address, "/api/jobs/batch"), JsonSerializer.Serialize(new { kind = "emotion", input = new { text = new string('x', length) } }), BatchJobs, cancellationToken, key);

    private static async Task<Dictionary<string, double>> TokensAsync(HttpClient admin, CancellationToken cancellationToken) =>
        (await admin.GetFromJsonAsync<JsonElement>("/api/usage?by=key", cancellationToken)).GetProperty("rows").EnumerateArray().ToDictionary(
            row => row.GetProperty("key").GetString()!, row => row.GetProperty("prompt_tokens").GetDouble() + row.GetProperty("completion_tokens").GetDouble());
}
