using System.Globalization;
using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Problems;
using Pipeline.Core.Limits;

namespace Pipeline.Api.Keys;

/// <summary>Reads <c>limits</c>: an object of numbers, and nulls for limits that end.</summary>
internal static class LimitFields
{
    public const string Name = "limits";

    public static IReadOnlyDictionary<string, long?> Take(BodyFields fields)
    {
        Dictionary<string, long?> limits = [];
        if (fields.Take(Name, JsonValueKind.Object, required: false) is not { } value)
        {
            return limits;
        }

        foreach (var limit in value.EnumerateObject())
        {
            Take(limit, limits, fields.Errors);
        }

        if (limits.Count is 0 && !fields.Errors.Any)
        {
            fields.Errors.Add(Name, $"is empty: send some of {string.Join(", ", LimitName.Max.Keys)}.");
        }

        return limits;
    }

    private static void Take(JsonProperty limit, Dictionary<string, long?> limits, InputErrors errors)
    {
        var field = $"{Name}.{limit.Name}";
        if (!LimitName.Max.TryGetValue(limit.Name, out var max))
        {
            errors.Add(field, JsonWords.Unknown([.. LimitName.Max.Keys]));
        }
        else if (limit.Value.ValueKind is JsonValueKind.Null)
        {
            limits[limit.Name] = null;
        }
        else if (limit.Value.ValueKind is JsonValueKind.Number && limit.Value.TryGetInt64(out var number) && number >= 1 && number <= max)
        {
            limits[limit.Name] = number;
        }
        else
        {
            errors.Add(field, $"is {Shown(limit.Value)}: send a whole number from 1 to {max.ToString(CultureInfo.InvariantCulture)}, or null for none.");
        }
    }

    // A number is shown as it came, anything else by what it is.
    private static string Shown(JsonElement value) => value.ValueKind is JsonValueKind.Number ? value.GetRawText() : JsonWords.Name(value.ValueKind);
}
