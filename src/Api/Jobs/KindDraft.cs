using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Events;
using Pipeline.Api.Problems;
using Pipeline.Contracts;

namespace Pipeline.Api.Jobs;

/// <summary>Reads <c>{"kind","input"}</c> for any kind of the catalog.</summary>
internal static class KindDraft
{
    private const string Kind = "kind";
    private const string Input = "input";

    public static JobDraft? Parse(JobCatalog catalog, BodyFields fields, ApiOptions options, InputLimits limits, DateTimeOffset now)
    {
        var kind = TakeKind(catalog, fields);
        var value = fields.Take(Input, JsonValueKind.Object, required: true);
        var priority = CommonFields.TakePriority(fields);
        var expiresAt = CommonFields.TakeExpiresAt(fields, now, options.ExpiryMax);
        if (kind is null || value is null || ParseInput(kind, value.Value, Input, fields.Errors, limits) is not { } input)
        {
            return null;
        }

        return new JobDraft { Kind = kind, Inputs = [input], InputPath = Input, IsList = false, Priority = priority, ExpiresAt = expiresAt };
    }

    public static JobKind? TakeKind(JobCatalog catalog, BodyFields fields)
    {
        if (fields.Take(Kind, JsonValueKind.String, required: true)?.GetString() is not { } name)
        {
            return null;
        }

        return FindKind(catalog, name, fields.Errors);
    }

    public static JobKind? FindKind(JobCatalog catalog, string name, InputErrors errors)
    {
        if (!catalog.TryFind(name, out var kind))
        {
            errors.Add(Kind, $"is \"{name}\", which does not exist. Kinds: {string.Join(", ", catalog.All.Select(known => known.Name))}.");
        }

        return kind;
    }

    /// <summary>Reads a body whose fields are those of one kind's input, beside the common ones.</summary>
    public static JobDraft? Parse(JobKind kind, BodyFields fields, ApiOptions options, InputLimits limits, DateTimeOffset now)
    {
        var value = fields.Only(kind.InputJson.Properties.Select(property => property.Name));
        var streams = kind.IsStreamed && fields.TakeBoolean(CommonFields.Stream) is true;
        var priority = CommonFields.TakePriority(fields);
        var expiresAt = CommonFields.TakeExpiresAt(fields, now, options.ExpiryMax);
        return ParseInput(kind, value, path: "", fields.Errors, limits) is { } input
            ? new JobDraft
            {
                Kind = kind,
                Inputs = [input],
                IsList = false,
                Priority = priority,
                ExpiresAt = expiresAt,
                Stream = streams ? _ => new EventFormat() : null,
            }
            : null;
    }

    /// <param name="path">Where the input stands in the body; "" where it is the body.</param>
    public static IJob? ParseInput(JobKind kind, JsonElement value, string path, InputErrors errors, InputLimits limits)
    {
        var before = errors.Count;
        foreach (var name in kind.ApiFields.Where(name => value.TryGetProperty(name, out var given) && given.ValueKind is not JsonValueKind.Null))
        {
            errors.Add(JsonPath.Below(path, name), "is written by the API: leave it out.");
        }

        InputShape.Check(value, kind.InputJson, path, errors);
        if (errors.Count > before)
        {
            return null;
        }

        try
        {
            var input = kind.Parse(value);
            foreach (var problem in input.Validate(limits))
            {
                errors.Add(JsonPath.Below(path, problem.Field), problem.Message);
            }

            return input;
        }
        catch (JsonException exception)
        {
            // What the shape check cannot see: numbers out of range, custom converters.
            errors.Add(exception.Path is { Length: > 2 } below ? JsonPath.Below(path, below[2..]) : path.Length is 0 ? "body" : path, "does not have the form that this kind expects; see /docs.");
            return null;
        }
    }
}
