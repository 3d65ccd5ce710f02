using System.Text.RegularExpressions;
using Pipeline.Inference.Catalogue;
using Pipeline.Inference.Gguf;

namespace Pipeline.Cli.Models.Pulling;

/// <summary>A file to fetch.</summary>
/// <param name="Name">That it gets in the folder.</param>
/// <param name="Sha256">That it has to have; null where only the server can tell.</param>
internal sealed record RemoteFile(Uri Address, string Name, string? Sha256);

/// <summary>Turns what a person names into addresses: a name of the settings or the catalogue, <c>hf:owner/repository/file</c>, or a URL.</summary>
internal static partial class ModelSource
{
    private const string Prefix = "hf:";
    private const string MainRevision = "main";

    /// <summary>The files of the model: several where the first of a model in parts is named.</summary>
    /// <param name="sha256">Given on the command line, for one file.</param>
    /// <exception cref="CommandException">There is no such model, or the name makes no sense.</exception>
    public static IReadOnlyList<RemoteFile> Find(string text, string quantization, string? sha256, Hub hub, ModelSettings settings)
    {
        if (settings.Named.FirstOrDefault(model => model.Name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } named)
        {
            return Parts(Address(named.Source, hub) ?? throw Unclear(named.Source, $"Models:{named.Name}:Source is"), sha256 ?? named.Sha256);
        }

        return ModelCatalogue.Find(text) is { } known
            ? Parts(hub.File(known.Repository, MainRevision, FileOf(known, quantization)), sha256)
            : Parts(Address(text, hub) ?? throw Unclear(text, "Found no model"), sha256);
    }

    private static string FileOf(CatalogueModel model, string quantization) =>
        model.Quantizations.FirstOrDefault(known => known.Equals(quantization, StringComparison.OrdinalIgnoreCase)) is { } known
            ? string.Format(System.Globalization.CultureInfo.InvariantCulture, model.File, known)
            : throw new CommandException(
                $"--quant is {quantization}; of {model.Name} there is {string.Join(", ", model.Quantizations)}. For another one name the file: hf:OWNER/REPOSITORY/FILE.gguf.");

    private static Uri? Address(string text, Hub hub)
    {
        if (HubFile().Match(text) is { Success: true } file)
        {
            var revision = file.Groups["revision"] is { Success: true, Value: var named } ? named : MainRevision;
            return hub.File(file.Groups["repository"].Value, revision, file.Groups["path"].Value);
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return null;
        }

        // What the browser shows of a file is a page about it.
        return hub.Has(address) && BlobPage().IsMatch(address.AbsolutePath)
            ? new UriBuilder(address) { Path = BlobPage().Replace(address.AbsolutePath, "$1/resolve/"), Query = "" }.Uri
            : address;
    }

    private static IReadOnlyList<RemoteFile> Parts(Uri address, string? sha256)
    {
        var name = Uri.UnescapeDataString(address.Segments[^1]);
        if (!name.EndsWith(ModelFolder.Extension, StringComparison.Ordinal) || name.StartsWith('.') || name != Path.GetFileName(name))
        {
            throw new CommandException($"{address} names the file '{name}'; the name of a model ends with {ModelFolder.Extension}. Name one file of the repository.");
        }

        if (GgufParts.Place(name) is { Part: > 1 } place)
        {
            throw new CommandException($"{name} is part {place.Part} of {place.Count}. Name the first part; the others come with it.");
        }

        var names = GgufParts.Of(name);
        return names.Count > 1 && sha256 is not null
            ? throw new CommandException($"{name} is a model in {names.Count} files, and --sha256 is the checksum of one. Leave it out; the hub's checksums are compared.")
            : [.. names.Select(part => new RemoteFile(new UriBuilder(address) { Path = address.AbsolutePath[..^address.Segments[^1].Length] + Uri.EscapeDataString(part) }.Uri, part, sha256))];
    }

    private static CommandException Unclear(string text, string what) => new(
        $"{what} '{text}'. Give a URL, hf:OWNER/REPOSITORY/FILE.gguf, a name of section Models, or one of: {string.Join(", ", ModelCatalogue.All.Select(model => model.Name))}.");

    [GeneratedRegex(@"^" + Prefix + @"(?<repository>[\w.-]+/[\w.-]+)(?:@(?<revision>[^/@\s]+))?/(?<path>[^?#\s]+)$")]
    private static partial Regex HubFile();

    [GeneratedRegex("^(/[^/]+/[^/]+)/blob/")]
    private static partial Regex BlobPage();
}
