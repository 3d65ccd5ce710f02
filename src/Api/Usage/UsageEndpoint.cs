using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
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

    private static readonly string[] Formats = ["json", Csv];

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/usage", ReadAsync).Describe(UsageDocs.Read);

    private static async Task<IResult> ReadAsync(HttpContext context, UsageStore store, IOptions<PriceOptions> prices, TimeProvider time)
    {
        var errors = new InputErrors();
        var query = context.Request.Query;
        QueryParameters.RefuseUnknown(query, errors, By, From, To, Format);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var last = Day(query, To, errors) ?? today;
        var first = Day(query, From, errors) ?? (last.DayNumber < DaysDefault ? DateOnly.MinValue : last.AddDays(1 - DaysDefault));
        var by = QueryParameters.Choice(By, QueryParameters.Single(query, By, errors), UsageDimension.All, errors);
        var format = QueryParameters.Choice(Format, QueryParameters.Single(query, Format, errors), Formats, errors);
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
            Currency = prices.Value.Currency,
            Rows = [.. rows.Select(UsageRowResource.Of)],
        };
        return format is Csv
            ? Results.Text(ToCsv(usage.Rows), "text/csv", Encoding.UTF8)
            : Results.Json(usage, ApiJson.Wire.UsageResource);
    }

    private static DateOnly? Day(IQueryCollection query, string name, InputErrors errors) =>
        QueryParameters.Single(query, name, errors) is { } text ? QueryParameters.Day(text, name, errors) : null;

    private static string ToCsv(IReadOnlyList<UsageRowResource> rows)
    {
        StringBuilder csv = new("key,kind,model,day,jobs,prompt_tokens,cached_tokens,completion_tokens,worker_seconds,cost\r\n");
        foreach (var row in rows)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{Cell(row.Key)},{Cell(row.Kind)},{Cell(row.Model)},{row.Day:yyyy-MM-dd},");
            csv.Append(CultureInfo.InvariantCulture, $"{row.Jobs},{row.PromptTokens},{row.CachedTokens},{row.CompletionTokens},{row.WorkerSeconds:0.###},{row.Cost:0.######}\r\n");
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
