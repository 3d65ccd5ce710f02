using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Serving.Sides;

/// <summary>This project as it is run: the API and two workers as processes, PostgreSQL and RabbitMQ between them, OpenAI's routes in front.</summary>
internal sealed class WholePipeline : IServingSide
{
    private readonly List<ChildProcess> _processes = [];
    private readonly OpenAiServer _server;
    private readonly int _port;

    private WholePipeline(int port)
    {
        _port = port;
        _server = new(new($"http://127.0.0.1:{port}"), "chat", new() { ["cache"] = false }); // The texts of a run are those of the run before.
    }

    public string Name => "pipeline";

    public string Version => "Pipeline, of this commit";

    /// <param name="inference">Settings of the engines in its workers.</param>
    public static async Task<WholePipeline> StartAsync(Stage stage, Files files, Dictionary<string, string> inference, CancellationToken cancellationToken)
    {
        Dictionary<string, string> settings = new(inference)
        {
            ["Postgres__ConnectionString"] = stage.Servers.Postgres,
            ["Broker__Url"] = stage.Servers.Broker,
            ["Kinds__Chat__Model"] = files.Chat,
            ["Kinds__AllowSmallWriter"] = "true", // Random weights of any size: what is measured is how fast they write.
            ["Kinds__Emotion__Model"] = files.Emotion,
            ["Kinds__Embedding__Model"] = files.Embedding,
        };
        WholePipeline pipeline = new(ChildProcess.FreePort());
        try
        {
            await pipeline.StartAsync(stage, "Api", pipeline._port, settings, cancellationToken); // It has migrated the schema by then.
            await pipeline.StartAsync(stage, "Workers.Inference", ChildProcess.FreePort(), new(settings) { ["Worker__Queues"] = "chat,emotion,emotion-bulk" }, cancellationToken);
            await pipeline.StartAsync(stage, "Workers.Embedding", ChildProcess.FreePort(), new(settings) { ["Worker__Queues"] = "embedding,embedding-bulk" }, cancellationToken);
            return pipeline;
        }
        catch
        {
            await pipeline.DisposeAsync();
            throw;
        }
    }

    public Task<Answer> AnswerAsync(Ask ask, CancellationToken cancellationToken) => _server.AnswerAsync(ask, cancellationToken);

    public Task<int> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) => _server.EmbedAsync(texts, cancellationToken);

    /// <summary>One batch, and its results as they come.</summary>
    public async Task<int> ClassifyAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        JsonArray items = [.. texts.Select(text => (JsonNode)new JsonObject { ["kind"] = "emotion", ["input"] = new JsonObject { ["text"] = text } })];
        using HttpResponseMessage submitted = await _server.SendAsync("/api/jobs/batch", items, cancellationToken);
        JsonElement batch = JsonElement.Parse(await submitted.Content.ReadAsStringAsync(cancellationToken));
        string results = batch.GetProperty("links").GetProperty("results").GetString()!;
        (int read, int labelled, string cursor) = (0, 0, "");
        while (read < texts.Count)
        {
            using HttpResponseMessage page = await _server.GetAsync($"{results}?after={cursor}", cancellationToken);
            using StreamReader lines = new(await page.Content.ReadAsStreamAsync(cancellationToken));
            while (await lines.ReadLineAsync(cancellationToken) is { } text)
            {
                JsonElement line = JsonElement.Parse(text);
                cursor = line.GetProperty("cursor").GetString()!;
                labelled += line.GetProperty("state").GetString() == "succeeded" && line.GetProperty("result").TryGetProperty("emotion", out _) ? 1 : 0;
                read++;
            }
        }

        return labelled;
    }

    public async ValueTask DisposeAsync()
    {
        _server.Dispose();
        foreach (ChildProcess process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }
    }

    private async Task StartAsync(Stage stage, string role, int port, Dictionary<string, string> settings, CancellationToken cancellationToken)
    {
        string program = stage.Program(Path.Combine("src", role), role);
        settings = new(settings) { ["Urls"] = $"http://127.0.0.1:{port}" };
        ChildProcess process = ChildProcess.Start(stage, $"serving-{role}", Path.GetDirectoryName(program)!, talks: false, settings, "dotnet", program);
        _processes.Add(process);
        await process.WaitForPortAsync(port, cancellationToken); // Its models are loaded by then.
    }
}
