using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Sides;

/// <summary>This project as it is run: API and worker as processes, PostgreSQL and RabbitMQ between them, server-sent events out.</summary>
internal sealed class ChatPipelineSide : IChatSide
{
    private readonly ChildProcess _api;
    private readonly ChildProcess _worker;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    private ChatPipelineSide(ChildProcess api, ChildProcess worker, HttpClient http, TimeProvider time) =>
        (_api, _worker, _http, _time) = (api, worker, http, time);

    public string Version => "Pipeline, of this commit";

    public JsonObject MemoryMegabytes => new() { ["api"] = Math.Round(_api.MemoryMegabytes), ["worker"] = Math.Round(_worker.MemoryMegabytes) };

    public static async Task<ChatPipelineSide> StartAsync(Stage stage, string model, int threads, CancellationToken cancellationToken)
    {
        (int port, int health) = (ChildProcess.FreePort(), ChildProcess.FreePort());
        Dictionary<string, string> settings = new()
        {
            ["Postgres__ConnectionString"] = stage.Servers.Postgres,
            ["Broker__Url"] = stage.Servers.Broker,
            ["Kinds__Chat__Model"] = model,
            ["Kinds__AllowSmallWriter"] = "true", // Random weights of any size: what is measured is how fast they write.
            ["Inference__Threads"] = threads.ToString(CultureInfo.InvariantCulture),
            ["Inference__GpuLayers"] = "0",
        };
        ChildProcess api = Start(stage, "Api", new(settings) { ["Urls"] = $"http://127.0.0.1:{port}" });
        ChildProcess? worker = null;
        try
        {
            await api.WaitForPortAsync(port, cancellationToken); // It has migrated the schema by then.
            worker = Start(stage, "Workers.Inference", new(settings) { ["Worker__Queues"] = "chat", ["Urls"] = $"http://127.0.0.1:{health}" });
            await worker.WaitForPortAsync(health, cancellationToken); // Its model is loaded by then.
            return new(api, worker, new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = Timeout.InfiniteTimeSpan }, stage.Time);
        }
        catch
        {
            await (worker?.DisposeAsync() ?? ValueTask.CompletedTask);
            await api.DisposeAsync();
            throw;
        }
    }

    public async Task<double> ChatAsync(string text, int tokens, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/chat/completions")
        {
            Content = JsonContent.Create(new JsonObject
            {
                ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text }),
                ["temperature"] = 0,
                ["max_tokens"] = tokens,
                ["stream"] = true,
                ["cache"] = false, // The texts of a run are those of the run before.
            }),
        };
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync(cancellationToken));
        double? first = null;
        string? last = null;
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            first ??= line == "event: tokens" ? _time.GetElapsedTime(start).TotalMilliseconds : null;
            last = line.Length > 0 ? line : last;
        }

        return last?.Contains("\"state\":\"succeeded\"", StringComparison.Ordinal) is true
            ? first ?? _time.GetElapsedTime(start).TotalMilliseconds
            : throw new BenchException($"A chat ended with {(int)response.StatusCode} and: {last}");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _worker.DisposeAsync();
        await _api.DisposeAsync();
    }

    private static ChildProcess Start(Stage stage, string role, Dictionary<string, string> settings)
    {
        string program = stage.Program(Path.Combine("src", role), role);
        return ChildProcess.Start(stage, role, Path.GetDirectoryName(program)!, talks: false, settings, "dotnet", program);
    }
}
