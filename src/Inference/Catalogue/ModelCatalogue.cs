using System.Text.Json;

namespace Pipeline.Inference.Catalogue;

/// <summary>The models that Pipeline knows by name, from models.json beside this file.</summary>
public static class ModelCatalogue
{
    private const string Resource = "Pipeline.Inference.Catalogue.models.json";

    private static readonly Lazy<IReadOnlyList<CatalogueModel>> _all = new(Read);

    /// <summary>Family by family, small to large.</summary>
    public static IReadOnlyList<CatalogueModel> All => _all.Value;

    /// <summary>Null where there is none of that name; case does not matter.</summary>
    public static CatalogueModel? Find(string name) => All.FirstOrDefault(model => model.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static IReadOnlyList<CatalogueModel> Read()
    {
        using Stream stream = typeof(ModelCatalogue).Assembly.GetManifestResourceStream(Resource)!;
        return JsonSerializer.Deserialize(stream, CatalogueJson.Default.CatalogueFile)!.Models;
    }
}
