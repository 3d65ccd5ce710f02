using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pipeline.Bench.Jobs.Neighbours;

/// <summary>A client that submits a job a second, waits for its result, reads the job and lists its last ones; each job is also told to its webhook.</summary>
/// <param name="address">The API.</param>
/// <param name="key">Its key.</param>
/// <param name="receivers">Where its webhooks arrive.</param>
internal sealed class GoodNeighbour(Uri address, string key, Receivers receivers, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly HttpClient _http = new()
    {
        BaseAddress = address,
        Timeout = 2 * _patience,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
    };

    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage secret = await _http.PostAsync("/api/webhooks/secrets", null, cancellationToken);
        secret.EnsureSuccessStatusCode();
    }

    public async Task<Times> LiveAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        ConcurrentBag<double> rounds = [], webhooks = [], waits = [], reads = [];
        ConcurrentBag<string> refused = [];
        long start = time.GetTimestamp();
        using PeriodicTimer second = new(TimeSpan.FromSeconds(1), time);
        List<Task> sent = [];
        while (time.GetElapsedTime(start) < duration && await second.WaitForNextTickAsync(cancellationToken))
        {
            sent.Add(RoundAsync());
        }

        await Task.WhenAll(sent);
        return new([.. rounds.Order()], [.. webhooks.Order()], [.. waits.Order()], [.. reads.Order()], [.. refused]);

        async Task RoundAsync()
        {
            long began = time.GetTimestamp();
            try
            {
                JsonElement job = await SubmitAsync(cancellationToken);
                string id = job.GetProperty("id").GetString()!;
                long ended = time.GetTimestamp();
                Task<TimeSpan> told = receivers.ToldAsync(id, _patience, ended, cancellationToken);
                await ReadAsync($"/api/jobs/{id}", cancellationToken);
                await ReadAsync("/api/jobs?limit=20", cancellationToken);
                rounds.Add(time.GetElapsedTime(began).TotalMilliseconds);
                reads.Add(time.GetElapsedTime(ended).TotalMilliseconds);
                waits.Add((job.GetProperty("started_at").GetDateTimeOffset() - job.GetProperty("created_at").GetDateTimeOffset()).TotalMilliseconds);
                webhooks.Add((await told).TotalMilliseconds);
            }
            catch (HttpRequestException e)
            {
                refused.Add(e.Message);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SubmitAsync(CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/jobs")
        {
            Content = JsonContent.Create(new { kind = "emotion", input = new { text = Stage.Text }, callback_url = receivers.Good }),
            Headers = { { "Prefer", "wait=60" } },
        };
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
        JsonElement job = response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken) : default;
        return response.IsSuccessStatusCode && job.GetProperty("state").GetString() is "succeeded"
            ? job
            : throw new HttpRequestException($"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
    }

    private async Task ReadAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _http.GetAsync(path, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    /// <param name="Rounds">Milliseconds from each submission until the result, the job and the list are there, the least first.</param>
    /// <param name="Webhooks">Milliseconds from each result until its webhook arrived.</param>
    /// <param name="Waits">Milliseconds of each round from the acceptance of the job until it started.</param>
    /// <param name="Reads">Milliseconds of each round for reading the job and the list.</param>
    /// <param name="Refused">What it was not given, in words.</param>
    internal sealed record Times(double[] Rounds, double[] Webhooks, double[] Waits, double[] Reads, IReadOnlyList<string> Refused)
    {
        /// <summary>Those of several parts of a run.</summary>
        public static Times Of(IReadOnlyList<Times> parts) => new(
            [.. parts.SelectMany(part => part.Rounds).Order()], [.. parts.SelectMany(part => part.Webhooks).Order()],
            [.. parts.SelectMany(part => part.Waits).Order()], [.. parts.SelectMany(part => part.Reads).Order()], [.. parts.SelectMany(part => part.Refused)]);
    }
}
