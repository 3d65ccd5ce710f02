using Microsoft.Extensions.Options;

namespace Pipeline.Core.Caching;

/// <summary>
/// The recipes that living workers publish, as of the last sample of the lanes, at most a second old. A kind whose workers
/// differ has none: which of them would do the job, nobody knows.
/// </summary>
public sealed class KnownRecipes(IOptions<ResultCacheOptions> options)
{
    private volatile Dictionary<string, string> _recipes = [];

    /// <summary>The key to look for a result under; null when there is nothing to look for.</summary>
    public Guid? KeyOf(Guid clientId, string kind, string inputJson) =>
        options.Value.Enabled && _recipes.TryGetValue(kind, out var recipe) ? ResultKey.Of(clientId, kind, recipe, inputJson) : null;

    internal void Replace(IEnumerable<(string Kind, string? Recipe)> published) =>
        _recipes = published.GroupBy(entry => entry.Kind, entry => entry.Recipe)
            .Where(recipes => recipes.Distinct().ToArray() is [not null])
            .ToDictionary(recipes => recipes.Key, recipes => recipes.First()!);
}
