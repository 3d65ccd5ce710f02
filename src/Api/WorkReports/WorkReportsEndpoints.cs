using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Api.Reports;
using Pipeline.Core.Clients;
using Pipeline.Core.WorkReports;

namespace Pipeline.Api.WorkReports;

/// <summary><c>/api/reports</c>: reports on work, those of every night and those that are asked for.</summary>
internal static class WorkReportsEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/reports", ListAsync).Describe(WorkReportsDocs.List);
        api.MapPost("/reports", AskAsync).Describe(WorkReportsDocs.Ask);
        api.MapGet("/reports/settings", FindSettingsAsync).Describe(WorkReportsDocs.FindSettings);
        api.MapPut("/reports/settings", SetSettingsAsync).Describe(WorkReportsDocs.SetSettings);
        api.MapGet("/reports/{id}", FindAsync).Describe(WorkReportsDocs.Find);
    }

    private static async Task<IResult> ListAsync(HttpContext context, WorkReportStore store, IOptions<ApiOptions> options)
    {
        var errors = new InputErrors();
        var query = PageQuery.Read(context.Request, options.Value.PageLengthMax, errors, "scope", "day");
        var filter = new WorkReportFilter
        {
            Scope = query.Choice("scope", WorkReportScope.All, errors),
            Day = query.Filters["day"] is { } day ? WorkReportDraft.Day(day, "day", errors) : null,
            Before = query.Before,
            Limit = query.Sought,
        };
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var (page, links) = query.PageOf(
            await store.ListAsync(context.ClientId(), filter, context.RequestAborted), report => WorkReportResource.Of(report), report => report.Id);
        return Results.Json(new WorkReportPageResource(page, links), ApiJson.Wire.WorkReportPageResource);
    }

    private static async Task<IResult> FindAsync(string id, HttpContext context, WorkReportStore store)
    {
        var errors = new InputErrors();
        var reportId = JobIds.Parse(id, errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        if (await store.FindAsync(context.ClientId(), reportId, context.RequestAborted) is not { } report)
        {
            return new Problem(ProblemType.ReportNotFound, $"Report {reportId} does not exist, or belongs to another API key. GET /api/reports lists yours.");
        }

        // Texts stay with their jobs: who may not read these, or when they are gone, does not find them here either.
        var typical = WorkReportResource.FiguresOf(report)?.Typical?.Values.SelectMany(jobs => jobs.Select(job => job.JobId)).ToArray() ?? [];
        var texts = typical is [] ? null : await store.TextsAsync(context.ClientId(), typical, context.RequestAborted);
        var resource = WorkReportResource.Of(report, texts);
        return HtmlPage.IsWanted(context.Request)
            ? HtmlPage.Answer(context, WorkReportPage.Write(resource))
            : Results.Json(resource, ApiJson.Wire.WorkReportResource);
    }

    private static Task<IResult> AskAsync(
        HttpContext context, BodyReader bodies, WorkReportStore store, WorkReportMaker maker, ClientStore clients, IOptions<WorkReportOptions> options, TimeProvider time) =>
        bodies.ReadObjectAsync(context, async fields =>
        {
            var settings = await clients.FindReportingAsync(context.ClientId(), context.RequestAborted);
            var zone = maker.Zone(settings.TimeZone);
            var draft = WorkReportDraft.Read(fields, options.Value, WorkDays.Of(time.GetUtcNow(), zone));
            if (!fields.Errors.Any && draft.Sessions is { } sessions)
            {
                await CheckSessionsAsync(sessions, fields.Errors, context, store);
            }

            if (fields.Errors.Any)
            {
                return fields.Errors.ToProblem();
            }

            WorkReport report = new()
            {
                Id = Guid.CreateVersion7(time.GetUtcNow()),
                ClientId = context.ClientId(),
                Scope = draft.Sessions is null ? WorkReportScope.Range : WorkReportScope.Sessions,
                FirstDay = draft.From,
                LastDay = draft.To,
                Sessions = draft.Sessions?.ToArray(),
                TimeZone = zone.Id,
                Language = draft.Language ?? settings.Language ?? options.Value.Language,
                CreatedAt = time.GetUtcNow(),
                IsMade = false,
            };
            if (!await store.AskAsync(report, context.RequestAborted))
            {
                return new Problem(
                    ProblemType.TooManyReports,
                    $"You wait for {options.Value.WaitingMax} reports, as many as Reports:WaitingMax allows. Ask again when one is made.")
                {
                    RetryAfter = options.Value.PollInterval,
                };
            }

            var resource = WorkReportResource.Of(report);
            context.Response.Headers.Location = resource.Links.Self;
            return Results.Json(resource, ApiJson.Wire.WorkReportResource, statusCode: StatusCodes.Status202Accepted);
        });

    private static async Task CheckSessionsAsync(IReadOnlyList<Guid> sessions, InputErrors errors, HttpContext context, WorkReportStore store)
    {
        var known = (await store.SessionsAsync(context.ClientId(), sessions, context.RequestAborted)).ToHashSet();
        foreach (var (index, session) in sessions.Index().Where(entry => !known.Contains(entry.Item)))
        {
            errors.Add($"sessions[{index}]", $"is {session}: there is no such conversation or interview, or it belongs to another API key.");
        }
    }

    private static async Task<IResult> FindSettingsAsync(HttpContext context, ClientStore clients, IOptions<WorkReportOptions> options) =>
        Settings(await clients.FindReportingAsync(context.ClientId(), context.RequestAborted), options.Value);

    private static Task<IResult> SetSettingsAsync(HttpContext context, BodyReader bodies, ClientStore clients, IOptions<WorkReportOptions> options) =>
        bodies.ReadObjectAsync(context, async fields =>
        {
            var zone = fields.Take("time_zone", JsonValueKind.String, required: false)?.GetString();
            ClientReporting reporting = new() { TimeZone = zone, Language = WorkReportDraft.TakeLanguage(fields) };
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

    private static IResult Settings(ClientReporting reporting, WorkReportOptions options) => Results.Json(
        new ReportingResource { TimeZone = reporting.TimeZone ?? options.TimeZone, Language = reporting.Language ?? options.Language },
        ApiJson.Wire.ReportingResource);
}
