using Pipeline.Cli.Models.Pulling;
using Pipeline.Inference.LLamaSharp.Quantizing;

namespace Pipeline.Cli.Models.Quantizing;

/// <summary>What is to be made of what.</summary>
/// <param name="Target">Absolute.</param>
/// <param name="Requantizes">Whether a source that is quantised already is taken.</param>
internal sealed record Quantization(StoredModel Source, QuantizationType Type, string Target, bool Requantizes)
{
    // Some matrices stay finer, and rows that a type's blocks do not divide get a finer type.
    private const double SizeSlack = 1.25;

    // With a large vocabulary and its merges.
    private const long HeaderBytesMax = 32L << 20;

    private const string Loss = "quantising it again loses more than quantising its F16 or BF16 file. Take that one, or give --requantize.";

    /// <summary>Beside the source: its name, with the new type instead of its own.</summary>
    public static string NameFor(StoredModel source, QuantizationType type)
    {
        var stem = source.Stem;
        foreach (var known in QuantizationType.All)
        {
            if (stem.EndsWith(known.Name, StringComparison.OrdinalIgnoreCase) && stem.Length > known.Name.Length + 1 && stem[^(known.Name.Length + 1)] is '-' or '.' or '_')
            {
                var isLower = stem[^known.Name.Length..].Any(char.IsAsciiLetterLower);
                return Path.Combine(Folder(source), stem[..^known.Name.Length] + (isLower ? type.Name.ToLowerInvariant() : type.Name) + ModelFolder.Extension);
            }
        }

        return Path.Combine(Folder(source), $"{stem}-{type.Name}{ModelFolder.Extension}");
    }

    /// <exception cref="CommandException">It makes no sense, or there is no room.</exception>
    public void Check()
    {
        var have = QuantizationType.Find(Source.Header!.Quantization);
        var problem = File.Exists(Target) ? $"{Target} exists, and a worker may have it loaded. Remove it with ./run models remove, or name another file with --out."
            : have == Type ? $"{Source.File} is {Type.Name} already."
            : have is not null && Type.BitsPerWeight > have.BitsPerWeight ? $"{Source.File} is {have.Name}, which is coarser than {Type.Name}: a larger file would know no more. Quantise from a finer one."
            : have is null ? Source.Header.Quantization is { } other && !Requantizes ? $"{Source.File} is {other}: {Loss}" : null
            : !have.IsFloat && !Requantizes ? $"{Source.File} is {have.Name}: {Loss}"
            : null;
        if (problem is not null)
        {
            throw new CommandException(problem);
        }

        DiskSpace.Require(Target, Math.Min(Source.Bytes, (long)(Source.Header.Parameters * Type.BitsPerWeight / 8 * SizeSlack) + HeaderBytesMax));
    }

    private static string Folder(StoredModel source) => Path.GetDirectoryName(source.Path)!;
}
