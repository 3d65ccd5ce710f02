using System.Text.Json;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>JSON values by what they are: 1 and 1.0 are one. Values with one hash are compared, which is charged for.</summary>
internal sealed class JsonValueComparer(CompileWork work, SchemaNode at) : IEqualityComparer<JsonElement>
{
    private const int ComparisonWork = 4;

    public bool Equals(JsonElement x, JsonElement y)
    {
        work.Charge(ComparisonWork + Math.Min(NodeOf(x).Length, NodeOf(y).Length), at);
        return NodeOf(x).IsSame(y);
    }

    public int GetHashCode(JsonElement obj) => HashCode.Combine(obj.ValueKind, obj.ValueKind switch
    {
        JsonValueKind.String => NodeOf(obj).Text().GetHashCode(StringComparison.Ordinal),
        JsonValueKind.Number when obj.TryGetDouble(out double number) => number.GetHashCode(),
        _ => 0,
    });

    private SchemaNode NodeOf(JsonElement value) => at with { Json = value };
}
