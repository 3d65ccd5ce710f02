using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.EndToEnd.Tests.Documented;

/// <summary>
/// Whether an answer is what a document shows: the same fields with values of the same kind, the same states and messages, and
/// the same ids wherever the document has the same. What a model says, times and figures may differ.
/// </summary>
internal sealed partial class Resemblance
{
    private static readonly HashSet<string> Same =
        ["kind", "queue", "priority", "state", "role", "type", "title", "status", "detail", "errors", "code", "known", "object", "items"];

    // The model that ships says what it is; what waits in a queue nobody knows.
    private static readonly HashSet<string> MayBeMore = ["warnings", "jobs_ahead", "oldest_seconds"];

    private readonly Dictionary<string, string> _ids = [];

    /// <summary>The ids of a text as they are here, where they are known.</summary>
    public string WithRealIds(string text) => Id().Replace(text, id => _ids.GetValueOrDefault(id.Value, id.Value));

    /// <param name="shown">With <see cref="AbridgedJson.Rest"/> where something was left out.</param>
    /// <param name="path">Of both, for people.</param>
    public void Check(JsonElement shown, JsonElement actual, string path, bool isSame = false)
    {
        if (shown.ValueKind is JsonValueKind.String && shown.GetString() is AbridgedJson.Rest)
        {
            return;
        }

        KindOf(actual).ShouldBe(KindOf(shown), $"{path} in {actual}");
        switch (shown.ValueKind)
        {
            case JsonValueKind.Object:
                CheckObject(shown, actual, path, isSame);
                break;
            case JsonValueKind.Array:
                (actual.GetArrayLength() > 0).ShouldBe(shown.GetArrayLength() > 0, $"{path} in {actual}");
                foreach (var (index, element) in actual.EnumerateArray().Index())
                {
                    Check(shown[Math.Min(index, shown.GetArrayLength() - 1)], element, $"{path}[{index}]", isSame);
                }

                break;
            case JsonValueKind.String:
                CheckText(shown.GetString()!, actual.GetString()!, path, isSame);
                break;
            default:
                actual.ToString().ShouldBe(isSame ? shown.ToString() : actual.ToString(), path);
                break;
        }
    }

    /// <summary>The same text but for ids, where the document shows ids or <paramref name="isSame"/>.</summary>
    public void CheckText(string shown, string actual, string path, bool isSame)
    {
        var (ids, actualIds) = (Id().Matches(shown), Id().Matches(actual));
        if (!isSame && ids.Count is 0)
        {
            return;
        }

        Id().Replace(actual, "ID").ShouldBe(Id().Replace(shown, "ID"), path);
        foreach (var (id, real) in ids.Zip(actualIds))
        {
            _ids.TryAdd(id.Value, real.Value);
            real.Value.ShouldBe(_ids[id.Value], $"{path}: the document has {id.Value}, which was another before");
        }
    }

    private void CheckObject(JsonElement shown, JsonElement actual, string path, bool isSame)
    {
        foreach (var field in shown.EnumerateObject().Where(field => field.Name is not AbridgedJson.Rest))
        {
            actual.TryGetProperty(field.Name, out var value).ShouldBeTrue($"{path}.{field.Name} is not in {actual}");
            Check(field.Value, value, $"{path}.{field.Name}", isSame || Same.Contains(field.Name));
        }

        if (!shown.TryGetProperty(AbridgedJson.Rest, out _))
        {
            actual.EnumerateObject().Select(field => field.Name).Where(name => !shown.TryGetProperty(name, out _) && !MayBeMore.Contains(name))
                .ShouldBeEmpty($"{path}: the document does not show what is in {actual}");
        }
    }

    private static JsonValueKind KindOf(JsonElement value) => value.ValueKind is JsonValueKind.False ? JsonValueKind.True : value.ValueKind;

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Id();
}
