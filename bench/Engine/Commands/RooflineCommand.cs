using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Bench.Engine.Measures;
using Pipeline.Bench.Measuring;
using Pipeline.Inference;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.LLamaSharp;
using Pipeline.Inference.Models;

namespace Pipeline.Bench.Engine.Commands;

/// <summary>Tokens a second of one answer as <c>./run models recommend</c> expects them, beside measured ones.</summary>
internal static class RooflineCommand
{
    private const int PromptTokens = 64;
    private const int Tokens = 32;
    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        Command command = new("roofline", "Expected tokens/s of one answer beside measured ones.") { OneModel.File, OneModel.Threads, OneModel.Rounds, OneModel.Record, OneModel.Commit };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (path, threads) = (parsed.GetRequiredValue(OneModel.File), parsed.GetValue(OneModel.Threads));
        GgufFile file = GgufReader.Read(path);
        long memory = MachineReader.Read().MemoryAvailableBytes;
        LLamaSharpModelLoader loader = new(Options.Create(new InferenceOptions()), TimeProvider.System, NullLoggerFactory.Instance);
        using ILanguageModel model = loader.Load(path, new ModelParameters());
        BareDecode decode = new(model, new Workload(model, texts: 1).RandomPrompts(1, PromptTokens), Tokens, threads);
        await decode.MeasureAsync(cancellationToken); // The first touches every page.

        List<(double Bandwidth, double Measured)> rounds = [];
        for (int round = 0; round < parsed.GetValue(OneModel.Rounds); round++)
        {
            rounds.Add((MemoryBandwidth.Measure(threads, Reading, memory), (await decode.MeasureAsync(cancellationToken)).PerSecond));
        }

        double bandwidth = Median.Of(rounds.Select(round => round.Bandwidth));
        double measured = Median.Of(rounds.Select(round => round.Measured));
        long weights = file.BytesPerToken ?? file.FileBytes;
        double expected = DecodeRoofline.TokensPerSecond(weights, HardwarePlan.KvBytes(file, PromptTokens + (Tokens / 2)), gpuShare: 0, bandwidth, gpuBytesPerSecond: null)!.Value;
        await Console.Error.WriteLineAsync(
            $"{Path.GetFileName(path)}, {threads} threads: {weights / 1e9:0.00} GB a token, read at {bandwidth / 1e9:0.0} GB/s; expected {expected:0.0} tokens/s, measured {measured:0.0}");
        JsonObject line = new() { ["bench"] = "roofline", ["ratios"] = new JsonObject { ["measured_vs_expected"] = Math.Round(measured / expected, 3) } };
        JsonArray samples = [.. rounds.Select(round => new JsonObject
        {
            ["gb_per_second"] = Math.Round(round.Bandwidth / 1e9, 2), ["tokens_per_second"] = Math.Round(round.Measured, 2),
        })];
        await OneModel.EndAsync(parsed, line, samples, cancellationToken);
        return 0;
    }
}
