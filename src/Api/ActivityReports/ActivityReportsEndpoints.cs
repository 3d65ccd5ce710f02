using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Api.InterviewReports;
using Pipeline.Contracts;
using Pipeline.Core.Clients;
using Pipeline.Core.ActivityReports;

namespace Pipeline.Api.ActivityReports;

/// <summary><c>/api/activity</c>: activity reports, those of every night and those that are asked for.</summary>
internal static class ActivityReportsEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/activity", ListAsync).Describe(ActivityReportsDocs.List);
        api.MapPost("/activity", AskAsync).Describe(ActivityReportsDocs.Ask);
        api.MapGet("/activity/settings", FindSettingsAsync).Describe(ActivityReportsDocs.FindSettings);
        api.MapPut("/activity/settings", SetSettingsAsync).Describe(ActivityReportsDocs.SetSettings);
        api.MapGet("/activity/{id}", FindAsync).Describe(ActivityReportsDocs.Find);
        api.MapDelete("/activity/{id}", (string id, HttpContext context, ActivityReportStore store) => JobIds.UseAsync(
            id,
            async reportId => await store.DeleteAsync(context.ClientId(), reportId, context.RequestAborted) ? Results.NoContent() : NotFound(reportId)))
            .Describe(ActivityReportsDocs.Delete);
    }

    private static async Task<IResult> ListAsync(HttpContext context, ActivityReportStore store, JobCatalog catalog, IOptions<ApiOptions> options)
    {
        var errors = new InputErrors();
        var query = PageQuery.Read(context.Request, options.Value.PageLengthMax, errors, "scope", "day");
        var filter = new ActivityReportFilter
        {
            Scope = query.Choice("scope", ActivityReportScope.All, errors),
            Day = query.Filters["day"] is { } day ? QueryParameters.Day(day, "day", errors) : null,
            Before = query.Before,
            Limit = query.Sought,
        };
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var (page, links) = query.PageOf(
            await store.ListAsync(context.ClientId(), SeesAll(context), filter, context.RequestAborted), report => ActivityReportResource.Of(report, catalog), report => report.Id);
        return Results.Json(new ActivityReportPageResource(page, links), ApiJson.Wire.ActivityReportPageResource);
    }

    private static bool SeesAll(HttpContext context) => context.Client().Role >= Role.Operator;

    private static async Task<IResult> FindAsync(string id, HttpContext context, ActivityReportStore store, JobCatalog catalog)
    {
        var errors = new InputErrors();
        var reportId = JobIds.Parse(id, errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        if (await store.FindAsync(context.ClientId(), SeesAll(context), reportId, context.RequestAborted) is not { } report)
        {
            return NotFound(reportId);
        }

        // Texts stay with their jobs: who may not read these, or when they are gone, does not find them here either.
        var typical = ActivityReportResource.FiguresOf(report)?.Typical?.Values.SelectMany(jobs => jobs.Select(job => job.JobId)).ToArray() ?? [];
        var texts = typical is [] ? null : await store.TextsAsync(context.ClientId(), typical, context.RequestAborted);
        var resource = ActivityReportResource.Of(report, catalog, texts);
        return HtmlPage.IsWanted(context.Request)
            ? HtmlPage.Answer(context, ActivityReportPage.Write(resource, catalog))
            : Results.Json(resource, ApiJson.Wire.ActivityReportResource);
    }

    private static Problem NotFound(Guid id) => new(
        ProblemType.ActivityReportNotFound, $"Report {id} does not exist, or belongs to another API key; those on all clients need the role operator. GET /api/activity lists yours.");

    private static Task<IResult> AskAsync(
        HttpContext context, BodyReader bodies, ActivityReportStore store, ActivityReportMaker maker, ClientStore clients, JobCatalog catalog,
        IOptions<ActivityReportOptions> options, TimeProvider time) =>
        bodies.ReadObjectAsync(context, async fields =>
        {
            var settings = await clients.FindReportingAsync(context.ClientId(), context.RequestAborted);
            var zone = maker.Zone(settings.TimeZone);
            var draft = ActivityReportDraft.Read(fields, options.Value, ActivityDays.Of(time.GetUtcNow(), zone));
            if (!fields.Errors.Any && draft.Conversations is { } conversations)
            {
                await CheckConversationsAsync(conversations, fields.Errors, context, store);
            }

            if (fields.Errors.Any)
            {
                return fields.Errors.ToProblem();
            }

            ActivityReport report = new()
            {
                Id = Guid.CreateVersion7(time.GetUtcNow()),
                ClientId = context.ClientId(),
                Scope = draft.Conversations is null ? ActivityReportScope.Range : ActivityReportScope.Conversations,
                FirstDay = draft.From,
                LastDay = draft.To,
                Conversations = draft.Conversations?.ToArray(),
                TimeZone = zone.Id,
                Language = draft.Language ?? settings.Language ?? options.Value.Language,
                CreatedAt = time.GetUtcNow(),
                IsMade = false,
            };
            if (!await store.AskAsync(report, context.RequestAborted))
            {
                return new Problem(
                    ProblemType.TooManyActivityReports,
                    $"{options.Value.WaitingMax} reports are still being made, the limit of Activity:WaitingMax. Try again when one is ready.")
                {
                    RetryAfter = options.Value.PollInterval,
                };
            }

            var resource = ActivityReportResource.Of(report, catalog);
            context.Response.Headers.Location = resource.Links.Self;
            return Results.Json(resource, ApiJson.Wire.ActivityReportResource, statusCode: StatusCodes.Status202Accepted);
        });

    private static async Task CheckConversationsAsync(IReadOnlyList<Guid> conversations, InputErrors errors, HttpContext context, ActivityReportStore store)
    {
        var known = (await store.ConversationsAsync(context.ClientId(), conversations, context.RequestAborted)).ToHashSet();
        foreach (var (index, conversation) in conversations.Index().Where(entry => !known.Contains(entry.Item)))
        {
            errors.Add($"conversations[{index}]", $"is {conversation}: there is no such conversation or interview, or it belongs to another API key.");
        }
    }

    private static async Task<IResult> FindSettingsAsync(HttpContext context, ClientStore clients, IOptions<ActivityReportOptions> options) =>
        Settings(await clients.FindReportingAsync(context.ClientId(), context.RequestAborted), options.Value);

    private static Task<IResult> SetSettingsAsync(HttpContext context, BodyReader bodies, ClientStore clients, IOptions<ActivityReportOptions> options) =>
        bodies.ReadObjectAsync(context, async fields =>
        {
            var zone = fields.Take("time_zone", JsonValueKind.String, required: false)?.GetString();
            ClientReporting reporting = new() { TimeZone = zone, Language = ActivityReportDraft.TakeLanguage(fields) };
            fields.RefuseUnknown();

            // Without a slash there are only abbreviations, which are nobody's rules for summer time.
            if (zone is not null && !(zone.Contains('/', StringComparison.Ordinal) && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)))
            {
                fields.Errors.Add("time_zone", $"is \"{zone}\": send an IANA name such as Asia/Seoul or Etc/UTC.");
            }

            if (fields.Errors.Any)
            {
                return fields.Errors.ToProblem();
            }

            await clients.SetReportingAsync(context.ClientId(), reporting, context.RequestAborted);
            return Settings(reporting, options.Value);
        });

    private static IResult Settings(ClientReporting reporting, ActivityReportOptions options) => Results.Json(
        new ReportingResource { TimeZone = reporting.TimeZone ?? options.TimeZone, Language = reporting.Language ?? options.Language },
        ApiJson.Wire.ReportingResource);
}
