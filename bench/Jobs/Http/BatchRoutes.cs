using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Http;

/// <summary>The same jobs over both routes, from the first byte sent to the last result read.</summary>
internal sealed class BatchRoutes(Uri address, int textLength) : IDisposable
{
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) };
    private readonly string _text = new('x', textLength);

    /// <summary><c>POST /api/jobs/batch</c>, and its results as they come.</summary>
    public async Task OwnAsync(int jobs, CancellationToken cancellationToken)
    {
        using BatchLines lines = new(jobs, i => $$"""{"text":"{{_text}}","key":"line-{{i}}"}""");
        JsonElement batch = await ReadAsync(await _http.PostAsync("/api/jobs/batch?kind=emotion", lines, cancellationToken), cancellationToken);
        HashSet<string> keys = [];
        string? cursor = null;
        while (keys.Count < jobs)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, $"{batch.GetProperty("links").GetProperty("results").GetString()}?after={cursor}");
            request.Headers.TryAddWithoutValidation("Prefer", "wait=60");
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            cursor = await ReadLinesAsync(response, "key", keys, cancellationToken) ?? cursor;
        }
    }

    /// <summary><c>POST /v1/files</c> and <c>/v1/batches</c>, and its output once it is completed.</summary>
    public async Task FilesAsync(int jobs, CancellationToken cancellationToken)
    {
        using MultipartFormDataContent form = new()
        {
            { new StringContent("batch"), "purpose" },
            { new BatchLines(jobs, i => $$$"""{"custom_id":"line-{{{i}}}","method":"POST","url":"/api/emotion","body":{"text":"{{{_text}}}"}}"""), "file", "lines.jsonl" },
        };
        JsonElement file = await ReadAsync(await _http.PostAsync("/v1/files", form, cancellationToken), cancellationToken);
        JsonElement batch = await ReadAsync(
            await _http.PostAsJsonAsync(
                "/v1/batches",
                new Dictionary<string, string> { ["input_file_id"] = file.GetProperty("id").GetString()!, ["endpoint"] = "/api/emotion", ["completion_window"] = "24h" },
                cancellationToken),
            cancellationToken);
        while (batch.GetProperty("status").GetString() is "validating" or "in_progress" or "finalizing")
        {
            await Task.Delay(_pollInterval, TimeProvider.System, cancellationToken);
            batch = await ReadAsync(await _http.GetAsync(new Uri($"/v1/batches/{batch.GetProperty("id").GetString()}", UriKind.Relative), cancellationToken), cancellationToken);
        }

        HashSet<string> ids = [];
        using HttpResponseMessage output = await _http.GetAsync(
            new Uri($"/v1/files/{batch.GetProperty("output_file_id").GetString()}/content", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await ReadLinesAsync(output, "custom_id", ids, cancellationToken);
        if (ids.Count != jobs)
        {
            throw new BenchException(string.Create(CultureInfo.InvariantCulture, $"A batch of {jobs} lines ended as {batch.GetProperty("status")} with {ids.Count} answers."));
        }

        await _http.DeleteAsync(new Uri($"/v1/files/{file.GetProperty("id").GetString()}", UriKind.Relative), cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    /// <returns>The cursor of the last line, where lines have one.</returns>
    private static async Task<string?> ReadLinesAsync(HttpResponseMessage response, string name, HashSet<string> seen, CancellationToken cancellationToken)
    {
        response.EnsureSuccessStatusCode();
        string? cursor = null;
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        while (await reader.ReadLineAsync(cancellationToken) is { } text)
        {
            using JsonDocument line = JsonDocument.Parse(text);
            string key = line.RootElement.GetProperty(name).GetString()!;
            if (!seen.Add(key))
            {
                throw new BenchException($"{key} came twice.");
            }

            cursor = line.RootElement.TryGetProperty("cursor", out JsonElement at) ? at.GetString() : cursor;
        }

        return cursor;
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using (response)
        {
            string text = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode
                ? JsonElement.Parse(text)
                : throw new BenchException($"{response.RequestMessage!.RequestUri} answered {(int)response.StatusCode}: {text}");
        }
    }
}
