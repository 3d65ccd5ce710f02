using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Pipeline.Api.Ask;
using Pipeline.Api.BareResults;
using Pipeline.Api.Batches;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Conversations;
using Pipeline.Api.Documents.Files;
using Pipeline.Api.Events;
using Pipeline.Api.Guards;
using Pipeline.Api.Jobs;
using Pipeline.Api.Limits;
using Pipeline.Api.Mcp;
using Pipeline.Api.OpenAi;
using Pipeline.Api.OpenAi.Batches;
using Pipeline.Api.OpenAi.Files;
using Pipeline.Api.OpenAi.Responses;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Api.Prompts;
using Pipeline.Api.Search;
using Pipeline.Api.Shares;
using Pipeline.Api.Steering;
using Pipeline.Api.Users;
using Pipeline.Api.Webhooks;
using Pipeline.Console;
using Pipeline.Contracts;
using Pipeline.Core.Clients;
using Pipeline.Core.Erasure;
using Pipeline.Core.Hosting;
using Pipeline.Inference.Structured;

namespace Pipeline.Api;

/// <summary>The role that takes jobs over HTTP. <see cref="ApiEndpoints.MapPipelineApi"/> completes it.</summary>
public static class ApiRole
{
    public static PipelineBuilder AddApi(this PipelineBuilder pipeline)
    {
        var services = pipeline.Services;

        // Hosted services start in this order: the rule speaks before anything runs that would have to be stopped again.
        services.AddHostedService<LoopbackRule>();
        pipeline.AddIntake();
        pipeline.AddDocuments();
        pipeline.AddActivityReportRequests();
        services.AddValidated<ApiOptions, ApiOptionsValidator>(ApiOptions.Section);
        services.AddSingleton<IValidateOptions<ApiOptions>, ResultOnlyRules>();
        services.AddValidated<InputLimits, InputLimitsValidator>(InputLimits.Section);
        services.AddValidated<ConversationOptions, ConversationOptionsValidator>(ConversationOptions.Section);
        services.AddSingleton<BodyReader>();
        services.AddSingleton<PromptedInputs>();
        services.AddSingleton<SchemaVerdicts>();
        services.AddSingleton<InputCheck>();
        services.AddSingleton<PromptCheck>();
        services.AddSingleton<Repeats>();
        services.AddSingleton<ModelNames>();
        services.AddSingleton<JobSubmissions>();
        services.AddSingleton<JobAnswers>();
        services.AddSingleton<OthersJobs>();
        services.AddSingleton<JobUpdateReader>();
        services.AddSingleton<JobStreams>();
        services.AddSingleton<StreamedSubmissions>();
        services.AddSingleton<BatchSubmissions>();
        services.AddSingleton<FileUploads>();
        services.AddFileBatches();
        services.AddSingleton<ResponseDraft>();
        services.AddSingleton<Callbacks>();
        services.AddSingleton<PromptBody>();
        services.AddSingleton<PromptTrial>();
        services.AddDocumentUploads();
        services.AddSingleton<QueryEmbedder>();
        services.AddSingleton<Searches>();
        services.AddValidated<AskOptions, AskOptionsValidator>(AskOptions.Section);
        services.AddSingleton<NearSources>();
        services.AddSingleton<Questions>();
        services.AddGuards();
        services.AddSingleton<ClientGate>();
        services.AddShares();
        services.AddSingleton<LimitGate>();
        services.AddSingleton<RoleGate>();
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<JobActions>();
        services.AddSingleton<UserStore>();
        services.AddSingleton<UserExports>();
        services.AddKeyUse();
        services.AddSingleton<FailureProblems>();
        services.Configure<KestrelServerOptions>(kestrel => kestrel.AddServerHeader = false);
        services.AddPipelineOpenApi();
        services.AddMcp();
        services.AddConsole();
        SetDefaults(pipeline.Configuration);
        return pipeline;
    }

    /// <summary>In code, because hosts that share an appsettings.json cannot be published together.</summary>
    private static void SetDefaults(IConfiguration configuration)
    {
        if (ListenAddresses.Configured(configuration).Count is 0)
        {
            configuration[WebHostDefaults.ServerUrlsKey] = "http://127.0.0.1:8080";
        }
    }
}
