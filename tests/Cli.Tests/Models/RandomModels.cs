using Pipeline.Bench.Models;
using Pipeline.Cli.Tests.Commands;

namespace Pipeline.Cli.Tests.Models;

/// <summary>Models that load and compute; what they say means nothing.</summary>
internal static class RandomModels
{
    public static string WriteModel(this TemporaryFolder folder, string name, WeightType weights = WeightType.F16, ulong seed = 1)
    {
        var path = Path.Combine(folder.Path, name);
        ModelWriter.Write(new() { Preset = ModelPreset.Tiny, Weights = weights, Seed = seed, Name = Path.GetFileNameWithoutExtension(name) }, path, CancellationToken.None);
        return path;
    }
}
