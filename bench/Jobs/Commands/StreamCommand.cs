using System.CommandLine;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Jobs.Reports;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>What the whole way costs the first token of a chat, beside the engine alone.</summary>
internal static class StreamCommand
{
    private const int Chats = 8;
    private const int Tokens = 24;
    private const int TurnsFull = 4;
    private static readonly Ratio[] _ratios = [new("first_token_vs_engine", "pipeline.first-token", "engine.first-token")];
    private static readonly Option<string> _model = new("--model") { Description = "GGUF file that both sides load", Required = true };
    private static readonly Option<int> _threads = new("--threads") { Description = "CPU threads of each side", DefaultValueFactory = _ => 2 };

    public static Command Create() =>
        RunOptions.Command("stream", "Measures the first token of streamed chats, in turns with the engine alone.", RunAsync, _model, _threads);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        string model = Path.GetFullPath(parsed.GetRequiredValue(_model));
        int threads = parsed.GetValue(_threads);
        await using Field field = new(Console.Error);
        ChatPipelineSide pipeline = await field.StartAsync(ChatPipelineSide.StartAsync(stage, model, threads, cancellationToken));
        EngineSide engine = await field.StartAsync(EngineSide.StartAsync(model, threads, stage.Time, cancellationToken));
        IMeasure[] question = [Measure("pipeline.first-token", pipeline), Measure("engine.first-token", engine)];

        Rounds rounds = new([question], sizes.Rounds, Console.Error);
        await rounds.RunAsync(cancellationToken);
        return await RunOptions.FinishAsync(new("stream", _ratios, rounds, pipeline.MemoryMegabytes), rounds, field, parsed, cancellationToken);

        FirstToken Measure(string name, IChatSide side) =>
            new(name, side, Chats, sizes == Sizes.Quick ? 1 : TurnsFull, Tokens, stage.Time);
    }
}
