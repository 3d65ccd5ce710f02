using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs;
using Pipeline.Bench.Serving.Questions;
using Pipeline.Bench.Serving.Sides;

namespace Pipeline.Bench.Serving.Gpu;

/// <summary>Many chats at a time through API, queue and worker, the model on the device.</summary>
internal sealed class ChatsMeasure(Stage stage, Files files, Device device, GpuSizes sizes, string? backendLibrary, int threads)
{
    public async Task<JsonObject> RunAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, string> inference = new()
        {
            ["Inference__Threads"] = threads.ToString(CultureInfo.InvariantCulture),
            ["Inference__GpuLayers"] = device.Layers.ToString(CultureInfo.InvariantCulture),
            ["Inference__ContextTokens"] = sizes.ContextTokens.ToString(CultureInfo.InvariantCulture),
            ["Inference__SequencesMax"] = (sizes.SequencesMax + 8).ToString(CultureInfo.InvariantCulture),
        };
        if (backendLibrary is not null)
        {
            inference["Inference__BackendLibrary"] = backendLibrary;
        }

        await using WholePipeline pipeline = await WholePipeline.StartAsync(stage, files, inference, cancellationToken);
        Decode decode = new(sizes.Chats, sizes.Tokens);
        await decode.MeasureAsync(pipeline, -1, cancellationToken); // Code is compiled and pools are filled.
        double tokens = (await decode.MeasureAsync(pipeline, 0, cancellationToken))[0];
        Ask[] asks = [.. Enumerable.Range(0, sizes.Chats).Select(i => new Ask(Texts.Of("chats", 0, i, 64), sizes.Tokens))];
        double start = Clock.Seconds;
        Answer[] answers = await Task.WhenAll(asks.Select(ask => pipeline.AnswerAsync(ask, cancellationToken)));
        double seconds = Clock.Seconds - start;
        Done.Check(pipeline, "chats", asks, answers);
        return new()
        {
            ["chats"] = sizes.Chats,
            ["decode_tokens_per_second"] = Math.Round(tokens, 1),
            ["tokens_per_second"] = Math.Round(answers.Sum(answer => answer.Tokens) / seconds, 1),
            ["first_text_p50_ms"] = Math.Round(1_000 * Shares.Of(answers.Select(answer => answer.FirstSeconds), 0.5), 1),
            ["first_text_p99_ms"] = Math.Round(1_000 * Shares.Of(answers.Select(answer => answer.FirstSeconds), 0.99), 1),
            ["gap_p99_ms"] = Math.Round(1_000 * Shares.Of(answers.SelectMany(answer => answer.Gaps), 0.99), 1),
        };
    }
}
