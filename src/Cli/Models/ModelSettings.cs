using Microsoft.Extensions.Configuration;
using Pipeline.Inference.Catalogue;
using Pipeline.Inference.Models;

namespace Pipeline.Cli.Models;

/// <summary>What the settings say of model files: which kinds name which file, and which models have a name of the operator's own.</summary>
internal sealed class ModelSettings(IConfiguration settings)
{
    private const string Kinds = "Kinds";
    private const string ModelKey = "Model";

    /// <summary>Kinds whose setting names a file, or a model that has one; relative paths count from the current folder, as for the host.</summary>
    public IReadOnlyList<ModelUse> Uses { get; } =
    [
        .. from kind in settings.GetSection(Kinds).GetChildren()
           let model = kind[ModelKey]
           where !string.IsNullOrEmpty(model)
           let named = ModelDefinition.Find(Defined(settings), model) ?? ModelDefinition.FindAdapted(Defined(settings), model)?.Model
           where named is null or { Path: not null }
           select new ModelUse(KindOf(kind.Key), $"{Kinds}:{kind.Key}:{ModelKey}", System.IO.Path.GetFullPath(named?.Path ?? model!)),
        .. from model in Defined(settings)
           from kind in model.Kinds
           where model.Path is not null
           select new ModelUse(kind, $"{ModelDefinition.Section}:{model.Name}:{nameof(model.Path)}", System.IO.Path.GetFullPath(model.Path!)),
    ];

    /// <summary>Models of section "Models" that can be pulled.</summary>
    public IReadOnlyList<NamedModel> Named { get; } =
        [.. Defined(settings).Where(model => model.Source is not null || model.Path is null).Select(Read)];

    /// <summary>Every model of section Models.</summary>
    /// <exception cref="CommandException">A value makes no sense.</exception>
    public static IReadOnlyList<ModelDefinition> Defined(IConfiguration settings)
    {
        try
        {
            return ModelDefinition.ReadAll(settings);
        }
        catch (ModelLoadException e)
        {
            throw new CommandException(e.Message);
        }
    }

    private static NamedModel Read(ModelDefinition model)
    {
        var setting = $"{ModelDefinition.Section}:{model.Name}";
        return model.Source is null
            ? throw new CommandException($"{setting} has neither Path nor Source. Set {setting}:Source to hf:OWNER/REPOSITORY/FILE.gguf or a URL.")
            : model.Sha256 is { } sum && !Checksums.IsSum(sum)
            ? throw new CommandException($"{setting}:Sha256 is {sum}; give 64 hexadecimal digits, or leave it out.")
            : new(model.Name, model.Source, model.Sha256);
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
