using Pipeline.Api.Problems;

namespace Pipeline.Api.Guards;

/// <summary>
/// Refuses NUL characters and halves of surrogate pairs in the path, the query and the headers, for every route at once: neither
/// PostgreSQL nor UTF-8 can hold them. Bodies have <see cref="Body.JsonScan"/>.
/// </summary>
internal sealed class WellFormedRequest : IMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var errors = new InputErrors();
        Check("path", context.Request.Path.Value, errors);
        foreach (var (name, values) in context.Request.Query)
        {
            Check(Shown(name), name, errors);
            foreach (var value in values)
            {
                Check(Shown(name), value, errors);
            }
        }

        foreach (var (name, values) in context.Request.Headers)
        {
            foreach (var value in values)
            {
                Check(name, value, errors);
            }
        }

        return errors.Any ? errors.ToProblem().ExecuteAsync(context) : next(context);
    }

    private static void Check(string field, string? text, InputErrors errors)
    {
        if (text is not null && Fault(text) is { } fault)
        {
            errors.Add(field, $"has {fault}. Remove it.");
        }
    }

    /// <summary>What is wrong with a text; null when nothing is.</summary>
    internal static string? Fault(ReadOnlySpan<char> text)
    {
        if (text.Contains('\0'))
        {
            return "a NUL character";
        }

        while (text.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var found)
        {
            if (text[found..] is not [var high, var low, ..] || !char.IsSurrogatePair(high, low))
            {
                return $"a lone surrogate (\\u{(int)text[found]:x4})";
            }

            text = text[(found + 2)..];
        }

        return null;
    }

    private static string Shown(string name) => Fault(name) is null ? name : "query";
}
