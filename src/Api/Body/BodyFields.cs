using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Body;

/// <summary>The top-level fields of a request body, taken one by one; what nobody takes is unknown.</summary>
internal sealed class BodyFields(JsonElement root, InputErrors errors)
{
    private readonly List<string> _known = [];

    public InputErrors Errors => errors;

    /// <summary>Whether a field that nobody knows may be there without a value.</summary>
    public bool NullIsAbsent { get; set; }

    /// <summary>The field, or null when it is absent. An explicit null counts as absent unless <paramref name="required"/>.</summary>
    public JsonElement? Take(string name, JsonValueKind expected, bool required)
    {
        _known.Add(name);
        if (!root.TryGetProperty(name, out var value))
        {
            if (required)
            {
                errors.Add(name, $"is required: send {JsonWords.Name(expected)}.");
            }

            return null;
        }

        if (value.ValueKind == expected)
        {
            return value;
        }

        if (required || value.ValueKind is not JsonValueKind.Null)
        {
            errors.Add(name, JsonWords.Mismatch(value, JsonWords.Name(expected)));
        }

        return null;
    }

    /// <summary>The whole body as one record; null when it has another shape, which is then told field by field.</summary>
    public T? Read<T>(JsonTypeInfo<T> json)
        where T : class
    {
        var before = errors.Count;
        InputShape.Check(Only(json.Properties.Select(property => property.Name)), json, path: "", errors);
        if (errors.Count > before)
        {
            return null;
        }

        try
        {
            return root.Deserialize(json);
        }
        catch (JsonException exception)
        {
            // What the shape check cannot see: numbers out of range.
            errors.Add(exception.Path is { Length: > 2 } below ? below[2..] : "body", "does not have the form that is expected; see /docs.");
            return null;
        }
    }

    /// <summary>Null when the field is absent, null, or no boolean, which is reported.</summary>
    public bool? TakeBoolean(string name)
    {
        _known.Add(name);
        if (!root.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        errors.Add(name, JsonWords.Mismatch(value, JsonWords.Name(JsonValueKind.True)));
        return null;
    }

    /// <summary>A field of any shape; null when it is absent or null.</summary>
    public JsonElement? TakeAny(string name)
    {
        _known.Add(name);
        return Has(name) ? root.GetProperty(name) : null;
    }

    /// <summary>Whether the field is there with any value but null, right or wrong.</summary>
    public bool Has(string name) => root.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null;

    public bool IsNull(string name) => root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Null;

    public double? TakeNumber(string name) => Take(name, JsonValueKind.Number, required: false)?.GetDouble();

    /// <summary>A whole number that 32 bits hold.</summary>
    public int? TakeInteger(string name)
    {
        if (Take(name, JsonValueKind.Number, required: false) is not { } value)
        {
            return null;
        }

        if (value.TryGetInt32(out var number))
        {
            return number;
        }

        errors.Add(name, $"is {value.GetRawText()}: send a whole number.");
        return null;
    }

    /// <summary>An object of these fields alone, as far as they are there.</summary>
    public JsonElement Only(IEnumerable<string> names)
    {
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        _known.AddRange(wanted);
        if (root.EnumerateObject().All(property => wanted.Contains(property.Name)))
        {
            return root; // Most bodies: the copy would cost as much as reading it.
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var property in root.EnumerateObject().Where(property => wanted.Contains(property.Name)))
            {
                property.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    public void RefuseUnknown()
    {
        foreach (var property in root.EnumerateObject().Where(property => !_known.Contains(property.Name)))
        {
            if (NullIsAbsent && property.Value.ValueKind is JsonValueKind.Null)
            {
                continue;
            }

            errors.Add(property.Name, JsonWords.Unknown(_known));
        }
    }
}
