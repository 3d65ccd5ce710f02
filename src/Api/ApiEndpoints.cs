using Pipeline.Api.Ask;
using Pipeline.Api.Batches;
using Pipeline.Api.Clients;
using Pipeline.Api.Conversations;
using Pipeline.Api.Documents;
using Pipeline.Api.Events;
using Pipeline.Api.Guards;
using Pipeline.Api.Headers;
using Pipeline.Api.Health;
using Pipeline.Api.Interviews;
using Pipeline.Api.Jobs;
using Pipeline.Api.Keys;
using Pipeline.Api.Limits;
using Pipeline.Api.Mcp;
using Pipeline.Api.Models;
using Pipeline.Api.OpenAi;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Api.Prompts;
using Pipeline.Api.Queues;
using Pipeline.Api.Schedules;
using Pipeline.Api.Search;
using Pipeline.Api.Shares;
using Pipeline.Api.Steering;
using Pipeline.Api.Usage;
using Pipeline.Api.Users;
using Pipeline.Api.Webhooks;
using Pipeline.Api.ActivityReports;
using Pipeline.Console;
using Pipeline.Contracts;
using Pipeline.Core.Clients;
using Pipeline.Core.Hosting;

namespace Pipeline.Api;

/// <summary>The routes of the API and the middleware around them.</summary>
public static class ApiEndpoints
{
    public static WebApplication MapPipelineApi(this WebApplication app)
    {
        // Outside in: a bare status gets a body, an exception becomes a problem, then the client is known and its
        // limits, then the route and whether the client may take it.
        app.UseHeaders();
        app.UseOpenAi();
        app.UseConsole();
        app.UseStatusCodePages(StatusProblems.WriteAsync);
        app.UseMiddleware<FailureProblems>();
        app.UseGuards();
        app.UseConsoleReading();
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) || OpenAiRoutes.Has(context.Request.Path) || UserChat.Has(context.Request.Path) || McpRegistration.Has(context.Request.Path),
            branch => branch.UseMiddleware<ClientGate>().UseMiddleware<RequestShare>().UseMiddleware<BodyTime>().UseMiddleware<LimitGate>());
        app.UseRouting();
        app.UseMiddleware<RoleGate>();
        app.UseMiddleware<AuditTrail>();

        var api = app.MapGroup("/api");
        var catalog = app.Services.GetRequiredService<JobCatalog>();
        KindEndpoints.Map(api, catalog);
        KindsEndpoint.Map(api, catalog);
        ConversationsEndpoints.Map(api);
        InterviewsEndpoints.Map(api);
        DocumentsEndpoints.Map(api);
        SearchEndpoint.Map(api);
        AskEndpoint.Map(api);
        JobsEndpoints.Map(api);
        EventsEndpoint.Map(api);
        BatchesEndpoints.Map(api);
        QueuesEndpoint.Map(api);
        QueueLoadEndpoint.Map(api);
        OpenAiRoutes.Map(app);
        UserChat.Map(app);
        app.MapMcp();
        WebhooksEndpoints.Map(api);
        PromptsEndpoints.Map(api);
        ActivityReportsEndpoints.Map(api);
        SchedulesEndpoints.Map(api);
        KeysEndpoints.Map(api);
        UsageEndpoint.Map(api);
        BusyClientsEndpoint.Map(api);
        PausesEndpoints.Map(api);
        WorkersEndpoints.Map(api);
        ModelsEndpoints.Map(api);
        JobActionsEndpoints.Map(api);
        UsersEndpoints.Map(api);
        AuditEndpoint.Map(api);
        var health = app.MapHealth(IsOperatorAsync);
        health.All.Describe(HealthDocs.All);
        health.Live.Describe(HealthDocs.Live);
        health.Ready.Describe(HealthDocs.Ready);
        app.MapDocs();
        if (!app.MapConsole())
        {
            app.MapGet("/", () => Results.Redirect("/docs")).ExcludeFromDescription();
        }

        return app;
    }

    private static async Task<bool> IsOperatorAsync(HttpContext context) =>
        ApiKeyHeader.Read(context.Request.Headers) is { Length: > 0 } key
        && await context.RequestServices.GetRequiredService<ClientStore>().FindByKeyAsync(key, context.RequestAborted) is { Role: not Role.Client };
}
