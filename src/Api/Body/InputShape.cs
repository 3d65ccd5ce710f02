using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Body;

/// <summary>
/// Compares a JSON value with the type it will be read as, so that a wrong shape is told field by field in JSON's terms.
/// The deserializer would stop at the first fault and name .NET types.
/// </summary>
internal static class InputShape
{
    public static void Check(JsonElement value, JsonTypeInfo type, string path, InputErrors errors)
    {
        var expected = Expected(type);
        if (expected is { } kind && !Fits(value.ValueKind, kind))
        {
            errors.Add(path, JsonWords.Mismatch(value, JsonWords.Name(kind)));
            return;
        }

        if (type.Kind is JsonTypeInfoKind.Object)
        {
            CheckProperties(value, type, path, errors);
        }
        else if (type is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element })
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                Check(item, type.Options.GetTypeInfo(element), $"{path}[{index++}]", errors);
            }
        }
    }

    private static void CheckProperties(JsonElement value, JsonTypeInfo type, string path, InputErrors errors)
    {
        foreach (var property in type.Properties.Where(property => !property.IsExtensionData))
        {
            var field = JsonPath.Below(path, property.Name);
            if (!value.TryGetProperty(property.Name, out var given))
            {
                if (property.IsRequired)
                {
                    var wanted = Expected(type.Options.GetTypeInfo(property.PropertyType));
                    errors.Add(field, wanted is { } kind ? $"is required: send {JsonWords.Name(kind)}." : "is required.");
                }
            }
            else if (given.ValueKind is not JsonValueKind.Null || !property.IsSetNullable)
            {
                Check(given, type.Options.GetTypeInfo(property.PropertyType), field, errors);
            }
        }

        if (type.Properties.Any(property => property.IsExtensionData))
        {
            return; // Whoever reads the type decides about the rest.
        }

        var known = type.Properties.Select(property => property.Name).ToList();
        foreach (var property in value.EnumerateObject().Where(property => !known.Contains(property.Name)))
        {
            errors.Add(JsonPath.Below(path, property.Name), JsonWords.Unknown(known));
        }
    }

    /// <summary>Null where only the deserializer can tell, for example below a custom converter.</summary>
    private static JsonValueKind? Expected(JsonTypeInfo info)
    {
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        return info.Kind switch
        {
            JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => JsonValueKind.Object,
            JsonTypeInfoKind.Enumerable => JsonValueKind.Array,
            _ when type == typeof(string) || type == typeof(Guid) || type == typeof(DateTimeOffset) => JsonValueKind.String,
            _ when type == typeof(bool) => JsonValueKind.True,
            _ when type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(float) => JsonValueKind.Number,
            _ => null,
        };
    }

    private static bool Fits(JsonValueKind given, JsonValueKind expected) =>
        given == expected || (given is JsonValueKind.False && expected is JsonValueKind.True);
}
