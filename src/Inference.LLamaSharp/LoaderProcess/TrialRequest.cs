using System.Globalization;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp.LoaderProcess;

/// <summary>What is tried, and within which bounds: the arguments of the process.</summary>
internal sealed record TrialRequest(string Path, ModelParameters Parameters, ulong CpuSecondsMax, ulong DataBytesMax)
{
    private const int Fixed = 5;

    public string[] ToArguments() =>
    [
        CpuSecondsMax.ToString(CultureInfo.InvariantCulture),
        DataBytesMax.ToString(CultureInfo.InvariantCulture),
        Parameters.IsForEmbeddings.ToString(),
        Parameters.UseMemoryMap.ToString(),
        Path,
        .. Parameters.Adapters.Select(adapter => adapter.Path),
    ];

    /// <returns>Null where they are not those of <see cref="ToArguments"/>.</returns>
    public static TrialRequest? Read(string[] arguments) => arguments.Length < Fixed
        || !ulong.TryParse(arguments[0], CultureInfo.InvariantCulture, out ulong cpu)
        || !ulong.TryParse(arguments[1], CultureInfo.InvariantCulture, out ulong data)
        || !bool.TryParse(arguments[2], out bool embeds)
        || !bool.TryParse(arguments[3], out bool maps)
            ? null
            : new(arguments[4], new(GpuLayers: 0, maps) { IsForEmbeddings = embeds, Adapters = [.. arguments[Fixed..].Select(path => new ModelAdapter(path, path))] }, cpu, data);
}
