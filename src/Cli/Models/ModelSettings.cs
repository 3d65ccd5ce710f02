using Microsoft.Extensions.Configuration;

namespace Pipeline.Cli.Models;

/// <summary>What the settings say of model files: which kinds name which file, and which models have a name of the operator's own.</summary>
internal sealed class ModelSettings(IConfiguration settings)
{
    private const string Section = "Models";
    private const string Catalogue = "Catalogue";
    private const string PathKey = "Path";

    /// <summary>Kinds whose setting names a file; relative paths count from the current folder, as for the host.</summary>
    public IReadOnlyList<ModelUse> Uses { get; } =
    [
        .. from kind in settings.GetSection(Section).GetChildren()
           let path = kind[PathKey]
           where !string.IsNullOrEmpty(path)
           select new ModelUse(KindOf(kind.Key), $"{Section}:{kind.Key}:{PathKey}", System.IO.Path.GetFullPath(path)),
    ];

    /// <summary>Of <c>Models:Catalogue</c>.</summary>
    public IReadOnlyList<NamedModel> Named { get; } =
    [
        .. settings.GetSection(Section).GetSection(Catalogue).GetChildren().Select(model => Read(model)),
    ];

    private static NamedModel Read(IConfigurationSection model)
    {
        var setting = $"{Section}:{Catalogue}:{model.Key}";
        var source = model[nameof(NamedModel.Source)];
        var sha256 = model[nameof(NamedModel.Sha256)];
        return string.IsNullOrEmpty(source)
            ? throw new CommandException($"{setting} has no Source. Set {setting}:Source to hf:OWNER/REPOSITORY/FILE.gguf or a URL.")
            : sha256 is { Length: > 0 } && !Checksums.IsSum(sha256)
            ? throw new CommandException($"{setting}:Sha256 is {sha256}; give 64 hexadecimal digits, or leave it out.")
            : new(model.Key, source, string.IsNullOrEmpty(sha256) ? null : sha256.ToLowerInvariant());
    }

    /// <summary>MyKind is the section of my-kind.</summary>
    private static string KindOf(string section) =>
        string.Concat(section.Select((letter, index) => char.IsAsciiLetterUpper(letter) ? $"{(index > 0 ? "-" : "")}{char.ToLowerInvariant(letter)}" : $"{letter}"));
}

/// <summary>A kind of job does its work with a file.</summary>
/// <param name="Setting">That says so.</param>
/// <param name="Path">Absolute.</param>
internal sealed record ModelUse(string Kind, string Setting, string Path);

/// <summary>A model that the operator has given a name.</summary>
/// <param name="Source">As <c>pull</c> takes it.</param>
/// <param name="Sha256">Lower case; null where the settings have none.</param>
internal sealed record NamedModel(string Name, string Source, string? Sha256);
