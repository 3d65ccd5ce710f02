using System.Globalization;
using Pipeline.Inference;
using Pipeline.Inference.Models;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>The models of a kind as results depend on them: by name what is in the file, wherever it lies.</summary>
internal static class ServedFiles
{
    /// <param name="served">The kind's own model first.</param>
    public static IEnumerable<string> Describe(IEnumerable<NamedModel> served, LocalModels models) =>
        served.Select((model, index) => $"{(index is 0 ? "" : model.Name)} {Content(models.FileOf(model.Name) ?? model.Path)} {model.Path == ShippedModel.Path} {model.ContextTokens} {Content(model.Adapter)}");

    private static string? Content(ModelAdapter? adapter) => adapter is null ? null : string.Create(CultureInfo.InvariantCulture, $"{Content(adapter.Path)} {adapter.Scale}");

    private static string Content(string path)
    {
        try
        {
            return ModelFingerprint.Of(path);
        }
        catch (IOException)
        {
            return path; // A model that cannot be loaded gives no results.
        }
    }
}
