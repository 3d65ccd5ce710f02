using System.Globalization;
using Pipeline.Api.Problems;
using Pipeline.Contracts.Unicode;

namespace Pipeline.Api.Jobs;

/// <summary>Parameters of a query, read and refused the same way by every path.</summary>
internal static class QueryParameters
{
    public static void RefuseUnknown(IQueryCollection query, InputErrors errors, params IReadOnlyList<string> known)
    {
        foreach (var name in query.Keys.Where(name => !known.Contains(name)))
        {
            errors.Add(name, $"is not a known query parameter. Known: {string.Join(", ", known)}.");
        }
    }

    /// <summary>A parameter that may be there once.</summary>
    public static string? Single(IQueryCollection query, string name, InputErrors errors)
    {
        var values = query[name];
        if (values.Count > 1)
        {
            errors.Add(name, $"is there {values.Count} times: send it once.");
        }

        return values is [{ Length: > 0 } value] ? ComposedForm.Of(value) : null; // An empty one, as in ?state=&kind=, asks for nothing.
    }

    /// <summary>true or false; null where it says neither.</summary>
    public static bool? Flag(IQueryCollection query, string name, InputErrors errors)
    {
        RefuseUnknown(query, errors, name);
        return Choice(name, Single(query, name, errors), ["true", "false"], errors) switch { "true" => true, "false" => false, _ => null };
    }

    /// <summary>The value, which is reported if it is none of those that are known.</summary>
    public static string? Choice(string name, string? value, IReadOnlyList<string> choices, InputErrors errors)
    {
        if (value is not null && !choices.Contains(value))
        {
            errors.Add(name, $"is \"{value}\": send one of {string.Join(", ", choices)}.");
        }

        return value;
    }

    /// <summary>Null where it is none, which is reported.</summary>
    public static DateOnly? Day(string text, string field, InputErrors errors)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        errors.Add(field, $"is \"{text}\": send a day as yyyy-MM-dd, for example 2026-11-20.");
        return null;
    }
}
