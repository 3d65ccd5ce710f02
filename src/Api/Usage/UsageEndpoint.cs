using System.Globalization;
using System.Text;
using Pipeline.Api.Clients;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Core.Clients;
using Pipeline.Core.Usage;

namespace Pipeline.Api.Usage;

/// <summary><c>GET /api/usage</c>: what jobs took, as JSON or CSV.</summary>
internal static class UsageEndpoint
{
    public const string By = "by";
    public const string From = "from";
    public const string To = "to";
    public const string Format = "format";

    private const string Csv = "csv";
    private const int DaysDefault = 30;

    private static readonly string[] Known = [By, From, To, Format];
    private static readonly string[] Formats = ["json", Csv];

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/usage", ReadAsync).Describe(UsageDocs.Read);

    private static async Task<IResult> ReadAsync(HttpContext context, UsageStore store, TimeProvider time)
    {
        var errors = new InputErrors();
        var query = context.Request.Query;
        foreach (var name in query.Keys.Where(name => !Known.Contains(name)))
        {
            errors.Add(name, $"is not a known query parameter. Known: {string.Join(", ", Known)}.");
        }

        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var last = Day(query, To, errors) ?? today;
        var first = Day(query, From, errors) ?? last.AddDays(1 - DaysDefault);
        var by = Choice(query, By, UsageDimension.All, errors);
        var format = Choice(query, Format, Formats, errors);
        if (first > last)
        {
            errors.Add(From, $"is {first:yyyy-MM-dd}, after {To} ({last:yyyy-MM-dd}).");
        }

        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var client = context.Client();
        if (by is not null && client.Role < Role.Operator)
        {
            return RoleGate.Forbidden(client, Role.Operator);
        }

        var rows = by is null
            ? await store.OfClientAsync(client.Id, first, last, context.RequestAborted)
            : await store.OfAllAsync(by, first, last, context.RequestAborted);
        UsageResource usage = new()
        {
            From = first,
            To = last,
            Rows = [.. rows.Select(UsageRowResource.Of)],
        };
        return format is Csv
            ? Results.Text(ToCsv(usage.Rows), "text/csv", Encoding.UTF8)
            : Results.Json(usage, ApiJson.Wire.UsageResource);
    }

    private static DateOnly? Day(IQueryCollection query, string name, InputErrors errors)
    {
        if (query[name] is not [{ } text, ..])
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        errors.Add(name, $"is \"{text}\": send a day such as 2026-11-20.");
        return null;
    }

    private static string? Choice(IQueryCollection query, string name, IReadOnlyList<string> choices, InputErrors errors)
    {
        if (query[name] is not [{ } value, ..])
        {
            return null;
        }

        if (!choices.Contains(value))
        {
            errors.Add(name, $"is \"{value}\": send one of {string.Join(", ", choices)}.");
        }

        return value;
    }

    private static string ToCsv(IReadOnlyList<UsageRowResource> rows)
    {
        StringBuilder csv = new("key,kind,model,day,jobs,prompt_tokens,cached_tokens,completion_tokens,worker_seconds\r\n");
        foreach (var row in rows)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{Cell(row.Key)},{Cell(row.Kind)},{Cell(row.Model)},{row.Day:yyyy-MM-dd},");
            csv.Append(CultureInfo.InvariantCulture, $"{row.Jobs},{row.PromptTokens},{row.CachedTokens},{row.CompletionTokens},{row.WorkerSeconds:0.###}\r\n");
        }

        return csv.ToString();
    }

    // RFC 4180. A cell that begins like a formula would be one in a spreadsheet.
    private static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var safe = text[0] is '=' or '+' or '-' or '@' ? "'" + text : text;
        return safe.IndexOfAny(['"', ',', '\r', '\n']) >= 0 ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
