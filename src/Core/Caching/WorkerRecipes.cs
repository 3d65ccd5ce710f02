using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Core.Messaging;

namespace Pipeline.Core.Caching;

/// <summary>The recipes of this worker, of the kinds that it consumes: of others it need not have the model. Read only after its models are loaded.</summary>
internal sealed class WorkerRecipes
{
    private readonly ResultCacheOptions _options;
    private readonly Lazy<IReadOnlyDictionary<string, string>> _recipes;

    public WorkerRecipes(IEnumerable<IResultRecipe> recipes, ConsumedLanes lanes, IOptions<ResultCacheOptions> options)
    {
        _options = options.Value;
        _recipes = new(() => _options.Enabled
            ? recipes.Where(recipe => lanes.Include(recipe.Kind)).Select(recipe => (recipe.Kind, Text: recipe.Describe())).Where(recipe => recipe.Text is not null)
                .ToDictionary(recipe => recipe.Kind, recipe => ResultKey.Digest(recipe.Text!))
            : new Dictionary<string, string>());
    }

    /// <summary>As the worker's row publishes them.</summary>
    public string Json => JsonSerializer.Serialize(_recipes.Value, RecipesJson.Default.IReadOnlyDictionaryStringString);

    /// <summary>The key under which a result may be given again; null when it may not.</summary>
    public Guid? KeyOf(Guid clientId, string kind, string inputJson, string resultJson) =>
        _recipes.Value.TryGetValue(kind, out var recipe) && resultJson.Length <= _options.ResultLengthMax
            ? ResultKey.Of(clientId, kind, recipe, inputJson)
            : null;
}

[System.Text.Json.Serialization.JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class RecipesJson : System.Text.Json.Serialization.JsonSerializerContext;
