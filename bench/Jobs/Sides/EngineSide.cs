using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Inference;
using Pipeline.Inference.Generation;
using Pipeline.Inference.LLamaSharp;

namespace Pipeline.Bench.Jobs.Sides;

/// <summary>The engine alone, in this process: no HTTP, no queue, no database.</summary>
internal sealed class EngineSide : IChatSide
{
    private readonly InferenceEngine _engine;
    private readonly LocalChatClient _client;
    private readonly TimeProvider _time;

    private EngineSide(InferenceEngine engine, LocalChatClient client, TimeProvider time) => (_engine, _client, _time) = (engine, client, time);

    public string Version => "the engine of this commit";

    public static async Task<EngineSide> StartAsync(string model, int threads, TimeProvider time, CancellationToken cancellationToken)
    {
        LLamaSharpModelLoader loader = new(Options.Create(new InferenceOptions()), NullLoggerFactory.Instance);
        IOptions<InferenceOptions> options = Options.Create(new InferenceOptions { Threads = threads, GpuLayers = 0 });
        InferenceEngine engine = new(loader, options, time, NullLogger<InferenceEngine>.Instance);
        await engine.LoadAsync(model, new() { Messages = [new(ChatRole.User, "Warm-up.")], Labels = ["yes", "no"] }, cancellationToken);
        return new(engine, new(engine, options), time);
    }

    public async Task<double> ChatAsync(string text, int tokens, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        double? first = null;
        ChatOptions options = new() { Temperature = 0, MaxOutputTokens = tokens };
        await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync([new(ChatRole.User, text)], options, cancellationToken))
        {
            first ??= update.Text.Length > 0 ? _time.GetElapsedTime(start).TotalMilliseconds : null;
        }

        return first ?? _time.GetElapsedTime(start).TotalMilliseconds;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _engine.DisposeAsync();
    }
}
