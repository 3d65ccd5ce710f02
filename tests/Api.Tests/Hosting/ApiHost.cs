using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Clients;
using Pipeline.Core.Hosting;
using Pipeline.Core.Queues;
using Pipeline.Core.Results;

namespace Pipeline.Api.Tests.Hosting;

/// <summary>The real API on Kestrel and PostgreSQL, with an in-memory broker.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiHost(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Urls.First());

    public static WebApplication Build(string connectionString, ScriptedEmotion? worker, params (string Key, string Value)[] settings) =>
        Build(connectionString, worker, TimeProvider.System, settings);

    public static Task<ApiHost> StartAsync(string connectionString, ScriptedEmotion? worker, params (string Key, string Value)[] settings) =>
        StartAsync(Build(connectionString, worker, settings));

    public static Task<ApiHost> StartAsync(string connectionString, ScriptedEmotion? worker, TimeProvider time) =>
        StartAsync(Build(connectionString, worker, time, []));

    /// <param name="roles">Those that run beside the API.</param>
    public static Task<ApiHost> StartAsync(string connectionString, Action<PipelineBuilder> roles, params (string Key, string Value)[] settings) =>
        StartAsync(Build(connectionString, roles, TimeProvider.System, settings));

    private static async Task<ApiHost> StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
            return new(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Workers for every kind, without models.</summary>
    public static void AddScriptedWorkers(PipelineBuilder pipeline, ScriptedEmotion worker)
    {
        // The later registration wins over the one that AddJobHandler makes.
        pipeline.AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedEmotion>();
        pipeline.Services.AddSingleton<IJobHandler<AnalyzeEmotion, EmotionResult>>(worker);
        pipeline.AddJobHandler<CompleteChat, ChatResult, TalkingChat>();
        pipeline.AddJobHandler<GiveFeedback, FeedbackResult, ScriptedFeedback>();
        pipeline.AddJobHandler<StepInterview, InterviewStepResult, ScriptedInterview>();
        pipeline.AddJobHandler<InterviewReport, InterviewReportResult, ScriptedReport>();
        pipeline.AddJobHandler<EmbedTexts, EmbeddingResult, ScriptedEmbedding>();
        pipeline.Services.AddSingleton<IResultFingerprint>(worker);
    }

    private static WebApplication Build(string connectionString, ScriptedEmotion? worker, TimeProvider time, (string Key, string Value)[] settings) =>
        Build(
            connectionString,
            pipeline =>
            {
                if (worker is not null)
                {
                    AddScriptedWorkers(pipeline, worker);
                }
            },
            time,
            settings);

    private static WebApplication Build(string connectionString, Action<PipelineBuilder> roles, TimeProvider time, (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Postgres:ConnectionString"] = connectionString,
            ["Broker:Url"] = "memory",
            ["Urls"] = "http://127.0.0.1:0",
            ["Relay:WindowMin"] = "10000",
            ["Worker:DrainTimeout"] = "00:00:00.200",
            ["Worker:OwnershipInterval"] = "00:00:00.200",
            ["Events:PollInterval"] = "00:00:00.200",
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(time);
        builder.AddPipeline(pipeline => roles(pipeline.AddApi()));
        return builder.Build().MapPipelineApi();
    }

    /// <summary>What the scripted worker for chats does.</summary>
    public TalkingChat Chat => (TalkingChat)Services.GetRequiredService<IJobHandler<CompleteChat, ChatResult>>();

    /// <summary>A client with this API key, or with none.</summary>
    public ApiClient Client(string? key = null) => new(Address, key);

    /// <summary>Adds a client with a key, and returns that. The first one is an admin's.</summary>
    public async Task<string> AddKeyAsync(string name, Role? role = null) =>
        (await Services.GetRequiredService<KeyStore>().AddAsync(new() { Name = name, Role = role }, CancellationToken.None)).ShouldBeOfType<KeyReply.Made>().Secret;

    public Task SampleQueuesAsync() => Services.GetRequiredService<QueueStatistics>().SampleAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
