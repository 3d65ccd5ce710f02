using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.Console.Access;
using Pipeline.Console.Calls;

namespace Pipeline.Console.Pages;

/// <summary>Which page has which address.</summary>
internal static class Screens
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        Get<OverviewPage>(routes, "/");
        Get<JobsPage>(routes, "/jobs");
        Get<JobPage>(routes, "/jobs/{id:guid}");
        Get<JobActionsPage>(routes, "/actions");
        Get<BatchesPage>(routes, "/batches");
        Get<BatchPage>(routes, "/batches/{id:guid}");
        Get<TryPage>(routes, "/try");
        Get<TryPage>(routes, "/try/{kind}");
        Get<ComparePage>(routes, Comparisons.Path);
        Get<DocumentsPage>(routes, "/documents");
        Get<SearchPage>(routes, "/search");
        Get<WorkersPage>(routes, "/workers");
        Get<UsagePage>(routes, "/usage");
        Get<KeysPage>(routes, "/keys");
        Get<ReportsPage>(routes, "/reports");
        Get<PromptsPage>(routes, "/prompts");
        Get<PromptPage>(routes, "/prompts/{id:guid}");
        Get<WebhooksPage>(routes, "/webhooks");
        Get<SchedulesPage>(routes, "/schedules");
        Get<AuditPage>(routes, "/audit");
        routes.MapGet("/go", (Delegate)Go).ExcludeFromDescription();
        routes.MapPost("/jobs/preview", (Delegate)PreviewAsync).ExcludeFromDescription();
    }

    private static void Get<TScreen>(IEndpointRouteBuilder routes, string path)
        where TScreen : IComponent =>
        routes.MapGet(path, IResult (HttpContext _) => new ScreenResult<TScreen>()).ExcludeFromDescription();

    /// <summary>Opens a job by its id, finds those whose id ends as tables show it (…1234abcd), or searches.</summary>
    private static IResult Go(HttpContext context)
    {
        var text = context.Request.Query["q"].ToString().Trim();
        return Results.Redirect(
            Guid.TryParse(text, out var id) ? $"/jobs/{id}"
            : text is ['…', .. { Length: >= 4 } end] && end.All(char.IsAsciiHexDigit) ? $"/jobs?id_or_key={end}"
            : $"/search?q={Uri.EscapeDataString(text)}");
    }

    private static async Task<IResult> PreviewAsync(HttpContext context) =>
        await context.ReadConsoleFormAsync() is { } form
            ? new ScreenResult<PreviewPage>(parameters: new Dictionary<string, object?> { [nameof(PreviewPage.Form)] = form })
            : ScreenResult<Refusal>.Forged;
}
