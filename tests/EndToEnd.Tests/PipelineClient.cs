using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.EndToEnd.Tests;

/// <summary>A client as users write it: sends an idempotency key, and tries again until it has an answer.</summary>
internal sealed class PipelineClient(Uri address) : IDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = Patience.Limit };

    /// <summary>Requests that were answered 503 or not at all, and sent again.</summary>
    public int Retries { get; private set; }

    /// <summary>Sends texts as one request; returns the ids in their order.</summary>
    public async Task<IReadOnlyList<Guid>> SubmitAsync(IReadOnlyList<string> texts)
    {
        var key = Guid.CreateVersion7().ToString();
        using var timer = new PeriodicTimer(RetryInterval);
        using var patience = Patience.Begin();
        do
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/api/emotion") { Content = JsonContent.Create(new { texts, cache = false }) };
                request.Headers.Add("Idempotency-Key", key);
                using var response = await _http.SendAsync(request);
                if (response.StatusCode is HttpStatusCode.Accepted)
                {
                    var body = await response.Content.ReadFromJsonAsync<JsonElement>();
                    return [.. body.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetGuid())];
                }

                response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, await response.Content.ReadAsStringAsync());
            }
            catch (HttpRequestException)
            {
                // The connection broke: the key makes it safe to send the same again.
            }

            Retries++;
        }
        while (await timer.WaitForNextTickAsync(patience.Token));

        throw new InvalidOperationException("The timer never ends.");
    }

    public async Task<IReadOnlyList<JsonElement>> FinishAsync(IEnumerable<Guid> ids)
    {
        var jobs = new List<JsonElement>();
        foreach (var id in ids)
        {
            await Eventually.TrueAsync(async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{id}");
                request.Headers.Add("Prefer", "wait=10");
                using var response = await _http.SendAsync(request);
                var job = await response.Content.ReadFromJsonAsync<JsonElement>();
                if (!response.IsSuccessStatusCode || job.GetProperty("state").GetString() is "queued" or "running")
                {
                    return false;
                }

                jobs.Add(job);
                return true;
            });
        }

        return jobs;
    }

    public void Dispose() => _http.Dispose();
}
