using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs;
using Pipeline.Bench.Jobs.Sides;
using Pipeline.Bench.Measuring;
using Pipeline.Inference.Models;

namespace Pipeline.Bench.Serving.Sides;

/// <summary>
/// llama.cpp's own server as its documentation suggests: continuous batching, prompt cache, one KV cache for all of its slots, which is
/// as large as ours. A server a model, as it has one model each.
/// </summary>
internal sealed class LlamaServer : IServingSide
{
    private const int Slots = 32;
    private const int TriesMax = 8;
    private const int ContextTokens = 8_192; // Inference:ContextTokens has this by default.
    private static readonly JsonObject _extras = new() { ["cache_prompt"] = true };
    private readonly List<ChildProcess> _processes = [];
    private readonly List<OpenAiServer> _servers = [];
    private readonly ILanguageModel _emotion;

    private LlamaServer(ILanguageModel emotion) => _emotion = emotion;

    public string Name => "llama_server";

    public string Version { get; private init; } = "";

    private OpenAiServer Chat => _servers[0];

    private OpenAiServer Emotion => _servers[1];

    private OpenAiServer Embedding => _servers[2];

    /// <param name="program">As bench/peers/llama-server/build leaves it.</param>
    /// <param name="emotion">Renders the prompt of a classification, as our engine does.</param>
    public static async Task<LlamaServer> StartAsync(Stage stage, string program, Files files, ILanguageModel emotion, int threads, CancellationToken cancellationToken)
    {
        LlamaServer side = new(emotion) { Version = "llama-server b10361, from the source in node-llama-cpp 3.20.0" };
        try
        {
            await side.StartAsync(stage, program, "chat", files.Chat, threads, [], cancellationToken);
            await side.StartAsync(stage, program, "emotion", files.Emotion, threads, [], cancellationToken);
            await side.StartAsync(stage, program, "embedding", files.Embedding, threads, ["--embedding"], cancellationToken);
            return side;
        }
        catch
        {
            await side.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// What random weights write is no text now and then, and the server ends such an answer as an error, at its first token or later.
    /// Another question in its place is answered; what was lost does not count in its time.
    /// </summary>
    public async Task<Answer> AnswerAsync(Ask ask, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await Chat.AnswerAsync(ask, cancellationToken);
            }
            catch (BenchException) when (tries < TriesMax)
            {
                ask = ask with { Text = $"{ask.Text} Once more." };
            }
        }
    }

    public Task<int> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) => Embedding.EmbedAsync(texts, cancellationToken);

    /// <summary>One token of each text with the probabilities of the most likely ones: the cheapest way to a label that it has.</summary>
    public async Task<int> ClassifyAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        int labelled = 0;
        ParallelOptions limit = new() { MaxDegreeOfParallelism = Slots, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(texts, limit, async (text, stop) =>
        {
            JsonObject body = new()
            {
                ["prompt"] = _emotion.ApplyChatTemplate([new("system", EmotionInstruction.Text), new("user", text)], addAssistantHeader: true),
                ["n_predict"] = 1, ["temperature"] = 0, ["n_probs"] = 10, ["cache_prompt"] = true,
            };
            using HttpResponseMessage response = await Emotion.SendAsync("/completion", body, stop);
            JsonElement answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(stop));
            if (answer.GetProperty("completion_probabilities")[0].GetProperty("top_logprobs").GetArrayLength() >= 7)
            {
                Interlocked.Increment(ref labelled);
            }
        });
        return labelled;
    }

    public async ValueTask DisposeAsync()
    {
        _servers.ForEach(server => server.Dispose());
        foreach (ChildProcess process in _processes)
        {
            await process.DisposeAsync();
        }
    }

    private async Task StartAsync(Stage stage, string program, string name, string model, int threads, string[] more, CancellationToken cancellationToken)
    {
        int port = ChildProcess.FreePort();
        string count = threads.ToString(CultureInfo.InvariantCulture);
        string[] command =
        [
            program, "--model", model, "--threads", count, "--threads-batch", count, "--ctx-size", ContextTokens.ToString(CultureInfo.InvariantCulture),
            "--parallel", Slots.ToString(CultureInfo.InvariantCulture), "--kv-unified", "--cont-batching", "--cache-prompt", "--no-ui", "--offline",
            "--skip-chat-parsing", // What random weights write is no message of any format.
            "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), .. more,
        ];
        _processes.Add(ChildProcess.Start(stage, $"serving-llama-server-{name}", stage.Scratch, talks: false, new Dictionary<string, string>(), command));
        await _processes[^1].WaitForPortAsync(port, cancellationToken);
        OpenAiServer server = new(new($"http://127.0.0.1:{port}"), name, _extras);
        _servers.Add(server);
        await WaitUntilLoadedAsync(server, stage.Time, cancellationToken);
    }

    /// <summary>It listens before its model is loaded, and answers 503 until then.</summary>
    private static async Task WaitUntilLoadedAsync(OpenAiServer server, TimeProvider time, CancellationToken cancellationToken)
    {
        for (int tries = 0; tries < 600; tries++)
        {
            using HttpResponseMessage health = await server.GetAsync("/health", cancellationToken);
            if (health.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        }

        throw new BenchException("llama-server did not load its model within a minute; its reason is in .local/bench/logs.");
    }
}
