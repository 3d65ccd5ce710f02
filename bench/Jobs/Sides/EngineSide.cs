using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Inference;
using Pipeline.Inference.LLamaSharp;

namespace Pipeline.Bench.Jobs.Sides;

/// <summary>The engine alone, in this process: no HTTP, no queue, no database.</summary>
internal sealed class EngineSide : IChatSide
{
    private readonly LocalModel _model;
    private readonly TimeProvider _time;

    private EngineSide(LocalModel model, TimeProvider time) => (_model, _time) = (model, time);

    public string Version => "the engine of this commit";

    public static async Task<EngineSide> StartAsync(string model, int threads, TimeProvider time, CancellationToken cancellationToken)
    {
        LLamaSharpModelLoader loader = new(Options.Create(new InferenceOptions()), TimeProvider.System, NullLoggerFactory.Instance);
        IOptions<InferenceOptions> options = Options.Create(new InferenceOptions { Threads = threads, GpuLayers = 0 });
        LocalModels models = new(loader, options, new(), time, NullLogger<LocalModels>.Instance);
        LocalModel loaded = await models.LoadAsync(model, new() { Messages = [new(ChatRole.User, "Warm-up.")], Labels = ["yes", "no"] }, cancellationToken);
        return new(loaded, time);
    }

    public async Task<double> ChatAsync(string text, int tokens, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        double? first = null;
        ChatOptions options = new() { Temperature = 0, MaxOutputTokens = tokens };
        await foreach (ChatResponseUpdate update in _model.Chat.GetStreamingResponseAsync([new(ChatRole.User, text)], options, cancellationToken))
        {
            first ??= update.Text.Length > 0 ? _time.GetElapsedTime(start).TotalMilliseconds : null;
        }

        return first ?? _time.GetElapsedTime(start).TotalMilliseconds;
    }

    public ValueTask DisposeAsync() => _model.DisposeAsync();
}
