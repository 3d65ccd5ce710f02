using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Queues;
using Pipeline.Inference;
using Pipeline.Inference.Catalogue;
using Pipeline.Inference.Models;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>
/// Which models do which kinds here: the one that <c>Kinds:KIND:Model</c> names, and those of section <c>Models</c> that name the
/// kind. Says nothing of what is loaded.
/// </summary>
public sealed class ServedModels
{
    // Of the embedding worker, which reads the same section Models.
    private const string EmbeddingSetting = "Kinds:Embedding:Model";

    private readonly List<Served> _all = [];
    private readonly InferenceOptions _inference;

    /// <exception cref="StartupException">A setting names what is not there.</exception>
    internal ServedModels(IConfiguration settings, IEnumerable<KindChoice> choices, IOptions<InferenceOptions> inference)
    {
        _inference = inference.Value;
        if (_inference.IsRemote)
        {
            return; // A server has models of its own.
        }

        try
        {
            var defined = ModelDefinition.ReadAll(settings);
            ModelDefinition.RefuseKind(defined, EmbedTexts.Kind, EmbeddingSetting);
            ModelDefinition.RefuseKind(defined, EmbedDocument.Kind, EmbeddingSetting);
            foreach (var choice in choices)
            {
                var own = Named(choice, defined);
                NamedModel[] others = [.. defined.Where(model => model.Path is not null && model.Kinds.Contains(choice.Kind)).Select(model => Named(model, choice))];

                // Who may ask for a model may ask for it through each of its adapters.
                var asked = others.Append(own).Where(model => model.Adapter is null).SelectMany(model => model.Adapters.Select(model.Through).Prepend(model));
                _all.Add(new(choice.Kind, choice.Section, own, IsDefault: true));
                _all.AddRange(asked.DistinctBy(model => model.Name).Where(model => model.Name != own.Name)
                    .Select(model => new Served(choice.Kind, choice.Section, model, IsDefault: false)));
            }
        }
        catch (ModelLoadException e)
        {
            throw new StartupException(e.Message, e);
        }
    }

    /// <summary>The models of a kind, its own first.</summary>
    internal IEnumerable<NamedModel> Of(string kind) => _all.Where(served => served.Kind == kind).Select(served => served.Model);

    /// <summary>The models that kinds name as their own, each once.</summary>
    internal IEnumerable<NamedModel> Own(Func<string, bool> kinds) =>
        _all.Where(served => served.IsDefault && kinds(served.Kind)).Select(served => served.Model).DistinctBy(model => model.Name);

    /// <summary>The models of some kinds, each once.</summary>
    internal IEnumerable<NamedModel> All(Func<string, bool> kinds) => _all.Where(served => kinds(served.Kind)).Select(served => served.Model).DistinctBy(model => model.Name);

    /// <summary>The names of the kinds that a model does.</summary>
    internal IEnumerable<string> KindsOf(string name) => _all.Where(served => served.Model.Name == name).Select(served => served.Kind);

    /// <summary>The kinds that take a model where a job asks for none.</summary>
    internal IEnumerable<string> OwnOf(string name) => _all.Where(served => served.IsDefault && served.Model.Name == name).Select(served => served.Kind);

    /// <summary>What this worker says of a kind.</summary>
    /// <param name="fileOf">Where a name was moved to; null: nowhere.</param>
    internal IReadOnlyList<KindModel> Announced(string kind, Func<string, string?> fileOf) => [.. _all.Where(served => served.Kind == kind).Select(served => new KindModel(
        kind,
        served.Model.Name,
        ModelNaming.Of(fileOf(served.Model.Name) ?? served.Model.Path, served.Model.ContextTokens ?? _inference.ContextTokens).ContextTokens,
        served.IsDefault))];

    /// <summary>The model that a request means.</summary>
    /// <param name="section">Of the kind's options.</param>
    /// <param name="wanted">What it asks for; null and the kind's name mean the kind's own.</param>
    /// <exception cref="InferenceException">No model of that name does the kind here; another worker may have it.</exception>
    internal NamedModel Find(string section, string? wanted) =>
        _all.FirstOrDefault(served => served.Section == section && (wanted is null || wanted == served.Kind ? served.IsDefault : served.Model.Name == wanted))?.Model
        ?? throw new InferenceException(
            $"This worker has no model {wanted} for {section}; it has {string.Join(", ", _all.Where(served => served.Section == section).Select(served => served.Model.Name))}. Give all workers of a kind the same section Models.");

    private static NamedModel Named(ModelDefinition model, KindChoice choice) =>
        new(model.Name, model.PathFor($"{choice.Section}:{nameof(KindChoice.Model)}")) { ContextTokens = model.ContextTokens, Adapters = model.Adapters, WarmUp = choice.WarmUp ?? NamedModel.AnyRequest };

    private NamedModel Named(KindChoice choice, IReadOnlyList<ModelDefinition> defined)
    {
        if (ModelDefinition.Find(defined, choice.Model) is { } known)
        {
            return Named(known, choice);
        }

        if (ModelDefinition.FindAdapted(defined, choice.Model) is (var adapted, var adapter))
        {
            return Named(adapted, choice).Through(adapter);
        }

        var path = string.IsNullOrEmpty(choice.Model) ? ShippedModel.Path : choice.Model;
        if (!path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && !File.Exists(path))
        {
            throw new ModelLoadException($"{choice.Section}:Model is {path}, which is neither a name of section Models nor a GGUF file.", $"Models has {(defined.Count is 0 ? "no names" : string.Join(", ", defined.SelectMany(model => model.Adapters.Select(adapter => $"{model.Name}:{adapter.Name}").Prepend(model.Name))))}.");
        }

        // As the file calls itself, where no other file does.
        string[] names = [ModelNaming.Of(path, contextTokens: 0).Name, Path.GetFileNameWithoutExtension(path), path];
        var name = names.First(name => defined.All(model => model.Name != name) && _all.All(served => served.Model.Name != name || served.Model.Path == path));
        return new(name, path) { WarmUp = choice.WarmUp ?? NamedModel.AnyRequest };
    }

    private sealed record Served(string Kind, string Section, NamedModel Model, bool IsDefault);
}
