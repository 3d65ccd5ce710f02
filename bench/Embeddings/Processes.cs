using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs;
using Pipeline.Bench.Jobs.Sides;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Embeddings;

/// <summary>This project as it ships: the API and workers, a process each.</summary>
internal sealed class Processes : IAsyncDisposable
{
    private readonly List<ChildProcess> _processes = [];
    private readonly HttpClient _http;

    private Processes(int port) => _http = new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(10) };

    /// <param name="embeddingModel">Null for the one that ships.</param>
    /// <param name="emotions">Whether a worker for emotions runs too, and the embedding worker steps back for it.</param>
    public static async Task<Processes> StartAsync(Stage stage, string? embeddingModel, int threads, bool emotions, CancellationToken cancellationToken)
    {
        int port = ChildProcess.FreePort();
        Processes processes = new(port);
        try
        {
            Dictionary<string, string> settings = new()
            {
                ["Postgres__ConnectionString"] = stage.Servers.Postgres,
                ["Broker__Url"] = stage.Servers.Broker,
                ["Inference__Threads"] = threads.ToString(CultureInfo.InvariantCulture),
            };
            ChildProcess api = processes.Start(stage, "src/Api", "Api", [], new(settings) { ["Urls"] = $"http://127.0.0.1:{port}" });
            await api.WaitForPortAsync(port, cancellationToken); // It has migrated the schema by then.
            Dictionary<string, string> embedding = new(settings);
            if (embeddingModel is not null)
            {
                embedding["Kinds__Embedding__Model"] = embeddingModel;
            }

            // As docs/operations.md advises for machines that also serve people.
            if (emotions)
            {
                embedding["Queues__document-bulk__Prefetch"] = "2";
            }

            processes.Start(stage, "src/Workers.Embedding", "Workers.Embedding", emotions ? ["nice", "-n", "19"] : [], embedding);
            if (emotions)
            {
                processes.Start(stage, "src/Workers.Inference", "Workers.Inference", [], new(settings) { ["Worker__Queues"] = "emotion" });
            }

            return processes;
        }
        catch
        {
            await processes.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="BenchException">The answer is no success.</exception>
    public async Task<JsonNode> PostAsync(string path, JsonNode body, bool waits, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToJsonString())) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        if (waits)
        {
            request.Headers.Add("Prefer", "wait=60");
        }

        JsonNode answer = await SendAsync(request, cancellationToken);
        if (waits && answer["jobs"] is JsonArray jobs)
        {
            for (int i = 0; i < jobs.Count; i++)
            {
                if (await FollowAsync(jobs[i]!, cancellationToken) is var followed && followed != jobs[i])
                {
                    jobs[i] = followed;
                }
            }
        }

        return waits && answer["state"] is not null ? await FollowAsync(answer, cancellationToken) : answer;
    }

    /// <summary>On a slow machine a job may take longer than a request may wait.</summary>
    private async Task<JsonNode> FollowAsync(JsonNode job, CancellationToken cancellationToken)
    {
        while ((string?)job["state"] is "queued" or "running")
        {
            using HttpRequestMessage request = new(HttpMethod.Get, (string)job["links"]!["self"]!) { Headers = { { "Prefer", "wait=60" } } };
            job = await SendAsync(request, cancellationToken);
        }

        return job;
    }

    private async Task<JsonNode> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new BenchException($"{request.RequestUri} answered {(int)response.StatusCode}: {text[..Math.Min(500, text.Length)]}");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (ChildProcess process in _processes)
        {
            await process.DisposeAsync();
        }
    }

    private ChildProcess Start(Stage stage, string project, string assembly, string[] before, Dictionary<string, string> settings)
    {
        string program = stage.Program(project, assembly);
        ChildProcess process = ChildProcess.Start(
            stage, $"embeddings-{assembly}", Path.GetDirectoryName(program)!, talks: false, settings, [.. before, "dotnet", program]);
        _processes.Add(process);
        return process;
    }
}
