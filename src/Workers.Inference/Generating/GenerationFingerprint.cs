using System.Globalization;
using Pipeline.Core.Results;
using Pipeline.Inference;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>
/// The prompt stands in the input; what is left is the model, every option of the kind, the context that long prompts are cut
/// to, and the builds that hold the handler and the form that the model fills in.
/// </summary>
internal sealed class GenerationFingerprint(
    string kind, GenerationOptions options, InferenceOptions inference, ServedModels served, LocalModels models, params IEnumerable<Type> code) : IResultFingerprint
{
    public string Kind => kind;

    public long Revision => models.Revision;

    public string? Describe() => inference.IsRemote ? null : string.Join(
        '\n',
        [
            .. ServedFiles.Describe(served.Of(kind), models),
            .. options.GetType().GetProperties().Where(option => option.Name != nameof(GenerationOptions.Model))
                .Select(option => string.Create(CultureInfo.InvariantCulture, $"{option.Name}: {option.GetValue(options)}")).Order(StringComparer.Ordinal),
            inference.ContextTokens.ToString(CultureInfo.InvariantCulture),
            .. code.Append(typeof(GenerationFingerprint)).Select(type => type.Module.ModuleVersionId).Distinct().Select(id => id.ToString()).Order(StringComparer.Ordinal),
        ]);
}
