using System.CommandLine;
using Pipeline.Bench.Models;

namespace Pipeline.Bench.Engine.Commands;

/// <summary>Writes a GGUF file with random weights.</summary>
internal static class ModelCommand
{
    private static readonly Argument<string> _preset = new("preset") { Description = string.Join(", ", ModelPresets.Names) };
    private static readonly Option<string> _type = new("--type") { Description = string.Join(", ", WeightTypes.Names), DefaultValueFactory = _ => "q8_0" };
    private static readonly Option<string> _out = new("--out") { Description = "Where to write", Required = true };
    private static readonly Option<ulong> _seed = new("--seed") { Description = "Where the random weights begin", DefaultValueFactory = _ => 1 };
    private static readonly Option<Pooling?> _pooling = new("--pooling") { Description = "How one vector of a text is made: mean, cls or last; an encoder takes the mean, a decoder makes none unless told" };

    public static Command Create()
    {
        Command command = new("model", "Writes a GGUF file with random weights.") { _preset, _type, _out, _seed, _pooling };
        command.SetAction((parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(_out);
            ModelRecipe recipe = new()
            {
                Preset = ModelPresets.Parse(parsed.GetRequiredValue(_preset)),
                Weights = WeightTypes.Parse(parsed.GetRequiredValue(_type)),
                Seed = parsed.GetValue(_seed),
                Pooling = parsed.GetValue(_pooling),
            };
            ModelWriter.Write(recipe, path, cancellationToken);
            Console.Out.WriteLine(path);
            return Task.FromResult(0);
        });
        return command;
    }
}
