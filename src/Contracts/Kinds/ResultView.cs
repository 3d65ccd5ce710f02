using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>What a client gets of a result that wants no job around it: the fields that it asked for, without what Pipeline adds.</summary>
/// <param name="json">The JSON shape of the view.</param>
/// <param name="write">The view of a result as JSON.</param>
public sealed class ResultView<TResult>(JsonTypeInfo json, Func<TResult, string> write)
{
    public JsonTypeInfo Json => json;

    public string Write(TResult result) => write(result);
}

/// <summary>Makes views.</summary>
public static class ResultView
{
    public static ResultView<TResult> Of<TResult, TView>(Func<TResult, TView> view, JsonTypeInfo<TView> json) =>
        new(json, result => JsonSerializer.Serialize(view(result), json));
}
