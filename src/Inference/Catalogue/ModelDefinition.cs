using System.Globalization;
using Microsoft.Extensions.Configuration;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Catalogue;

/// <summary>A model of section "Models", which gives files names: <c>Models:NAME:Path</c>.</summary>
public sealed record ModelDefinition
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Models";

    /// <summary>As kinds, requests and the command line name it.</summary>
    public required string Name { get; init; }

    /// <summary>The file here; null for a model that is only there to be pulled.</summary>
    public string? Path { get; init; }

    /// <summary>Where <c>./run models pull</c> gets it; null where nobody said.</summary>
    public string? Source { get; init; }

    /// <summary>Lower-case hexadecimal; null where nobody said.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Kinds whose requests may ask for it, beside those that name it as their own.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Its KV cache in tokens; null: as Inference:ContextTokens says.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>LoRA adapters of it, which requests ask for as NAME:ADAPTER.</summary>
    public IReadOnlyList<ModelAdapter> Adapters { get; init; } = [];

    /// <summary>Every model of the section.</summary>
    /// <exception cref="ModelLoadException">A value makes no sense; the message says which.</exception>
    public static IReadOnlyList<ModelDefinition> ReadAll(IConfiguration settings) =>
        [.. settings.GetSection(Section).GetChildren().Where(child => child.Value is null).Select(Read)];

    /// <summary>The one that a setting or a request means; null where it names none.</summary>
    public static ModelDefinition? Find(IEnumerable<ModelDefinition> definitions, string? name) =>
        definitions.FirstOrDefault(model => model.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The model and the adapter that NAME:ADAPTER means; null where there is no such adapter.</summary>
    public static (ModelDefinition Model, ModelAdapter Adapter)? FindAdapted(IEnumerable<ModelDefinition> definitions, string? name) =>
        name?.LastIndexOf(':') is > 0 and var colon && Find(definitions, name[..colon]) is { } model
        && model.Adapters.FirstOrDefault(adapter => adapter.Name.Equals(name[(colon + 1)..], StringComparison.OrdinalIgnoreCase)) is { } found
            ? (model, found) : null;

    /// <summary>Refuses models that name a kind whose jobs all take one: nobody could ask for them.</summary>
    /// <param name="setting">Which names the one model of the kind.</param>
    /// <exception cref="ModelLoadException">One does.</exception>
    public static void RefuseKind(IEnumerable<ModelDefinition> definitions, string kind, string setting)
    {
        if (definitions.FirstOrDefault(model => model.Kinds.Contains(kind, StringComparer.OrdinalIgnoreCase)) is { } model)
        {
            throw new ModelLoadException(
                $"{Section}:{model.Name}:{nameof(Kinds)} names {kind}, whose jobs cannot ask for a model: vectors of two models cannot be compared.",
                $"Leave {kind} out there, and set {setting} to {model.Name} if it is to be the one.");
        }
    }

    /// <summary>Its file, for a setting that names it.</summary>
    /// <exception cref="ModelLoadException">It is only there to be pulled.</exception>
    public string PathFor(string setting) => Path ?? throw new ModelLoadException(
        $"{setting} is {Name}, and {Section}:{Name}:{nameof(Path)} is not set.", $"Pull it with ./run models pull {Name}, and set {Section}:{Name}:{nameof(Path)} to its file.");

    private static ModelDefinition Read(IConfigurationSection model)
    {
        if (model.GetChildren().FirstOrDefault(value => !Known.Contains(value.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new ModelLoadException($"{unknown.Path} is no setting of a model.", $"There are {string.Join(", ", Known)}; what a kind does with a model stands in Kinds:KIND.");
        }

        return new()
        {
            Name = model.Key,
            Path = Text(model, nameof(Path)),
            Source = Text(model, nameof(Source)),
            Sha256 = Text(model, nameof(Sha256))?.ToLowerInvariant(),
            Kinds = [.. model.GetSection(nameof(Kinds)).GetChildren().Select(kind => kind.Value ?? ""), .. Text(model, nameof(Kinds))?.Split(',', StringSplitOptions.TrimEntries) ?? []],
            ContextTokens = Text(model, nameof(ContextTokens)) is not { } text ? null
                : int.TryParse(text, CultureInfo.InvariantCulture, out int tokens) && tokens is >= ContextTokensMin and <= ContextTokensMax ? tokens
                : throw new ModelLoadException($"{model.Path}:{nameof(ContextTokens)} is {text}.", $"Give a number from {ContextTokensMin} to {ContextTokensMax}."),
            Adapters = [.. model.GetSection(nameof(Adapters)).GetChildren().Select(ReadAdapter)],
        };
    }

    /// <summary>A path, or a section with Path and Scale.</summary>
    private static ModelAdapter ReadAdapter(IConfigurationSection adapter)
    {
        if (adapter.GetChildren().FirstOrDefault(value => value.Key is not (nameof(ModelAdapter.Path) or nameof(ModelAdapter.Scale))) is { } unknown)
        {
            throw new ModelLoadException($"{unknown.Path} is no setting of an adapter.", $"There are {nameof(ModelAdapter.Path)} and {nameof(ModelAdapter.Scale)}.");
        }

        return new(
            adapter.Key,
            System.IO.Path.GetFullPath(adapter.Value is { Length: > 0 } path ? path : Text(adapter, nameof(ModelAdapter.Path))
                ?? throw new ModelLoadException($"{adapter.Path} names no file.", $"Set it to the path of a LoRA adapter in GGUF, or set {adapter.Path}:{nameof(ModelAdapter.Path)}.")),
            Text(adapter, nameof(ModelAdapter.Scale)) is not { } text ? 1
                : float.TryParse(text, CultureInfo.InvariantCulture, out float scale) && Math.Abs(scale) is > 0 and <= AdapterScaleMax ? scale
                : throw new ModelLoadException($"{adapter.Path}:{nameof(ModelAdapter.Scale)} is {text}.", $"Give a number from -{AdapterScaleMax} to {AdapterScaleMax} that is not 0."));
    }

    private const int ContextTokensMin = 256;
    private const int ContextTokensMax = 4_194_304;
    private const int AdapterScaleMax = 100;

    private static readonly string[] Known = [nameof(Path), nameof(Source), nameof(Sha256), nameof(Kinds), nameof(ContextTokens), nameof(Adapters)];

    private static string? Text(IConfigurationSection model, string name) => model[name] is { Length: > 0 } text ? text : null;
}
