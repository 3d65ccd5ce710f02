using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Pipeline.Console.Languages;

namespace Pipeline.Console.Pages;

/// <summary>A page, or a part of one, that is rendered once and sent.</summary>
public abstract class Screen : ComponentBase
{
    [Inject]
    internal ScreenContext Here { get; set; } = null!;

    private protected Wording T => Here.Words;

    private protected Task<JsonElement> GetAsync(string path) => Here.GetAsync(path);

    /// <summary>A path with those of the parameters that have a value.</summary>
    private protected static string PathOf(string path, params IEnumerable<(string Name, string? Value)> parameters)
    {
        var query = string.Join('&', parameters.Where(one => !string.IsNullOrEmpty(one.Value)).Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value!)}"));
        return query.Length is 0 ? path : $"{path}?{query}";
    }
}
