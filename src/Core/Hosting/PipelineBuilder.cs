using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Batches;
using Pipeline.Core.Caching;
using Pipeline.Core.Dialogues;
using Pipeline.Core.Documents;
using Pipeline.Core.Events;
using Pipeline.Core.Jobs;
using Pipeline.Core.Messaging;
using Pipeline.Core.Prompts;
using Pipeline.Core.Search;
using Pipeline.Core.Webhooks;
using Pipeline.Core.WorkReports;

namespace Pipeline.Core.Hosting;

/// <summary>What a role adds itself to. Roles are extension methods on it; an all-in-one host chains several.</summary>
public sealed class PipelineBuilder
{
    internal PipelineBuilder(IHostApplicationBuilder host) => Host = host;

    public IHostApplicationBuilder Host { get; }

    public IServiceCollection Services => Host.Services;

    public IConfiguration Configuration => Host.Configuration;

    internal JobHandlers Handlers { get; } = new();

    internal bool Dispatches { get; private set; }

    /// <summary>This process accepts jobs: it writes them, dispatches the outbox, sweeps, samples the lanes, and delivers webhooks.</summary>
    public PipelineBuilder AddIntake()
    {
        if (!Dispatches)
        {
            Dispatches = true;
            Services.AddSingleton<KnownRecipes>();
            Services.AddSingleton<OutboxSender>();
            Services.AddSingleton<JobIntake>();
            Services.AddSingleton<BatchIntake>();
            Services.AddSingleton<BatchStore>();
            Services.AddSingleton<DialogueStore>();
            AddHosted<LaneStatistics>();
            AddHosted<JobWaits>();
            AddHosted<JobWatches>();
            AddHosted<JobSweep>();
            Services.AddHostedService<DispatchStart>();
            AddHosted<FreshDispatcher>();
            AddHosted<OutboxDispatcher>();
            AddWebhooks();
            AddPrompts();
        }

        return this;
    }

    /// <summary>This process keeps and searches documents.</summary>
    public PipelineBuilder AddDocuments()
    {
        Services.AddSingleton<DocumentStore>();
        AddHosted<Reembedding>();
        Services.AddOptions<SearchOptions>().BindConfiguration(SearchOptions.Section).ValidateOnStart();
        Services.AddSingleton<IValidateOptions<SearchOptions>, SearchOptionsValidator>();
        Services.AddSingleton<PgvectorIndex>();
        AddHosted<ExactIndex>();
        AddHosted<VectorSearch>();
        AddHosted<PgvectorBuilds>();
        Services.AddSingleton<HybridSearch>();
        return this;
    }

    /// <summary>This process makes reports on the work of days.</summary>
    public PipelineBuilder AddWorkReports()
    {
        Services.AddOptions<WorkReportOptions>().BindConfiguration(WorkReportOptions.Section).ValidateOnStart();
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkReportOptions>, WorkReportOptionsValidator>());
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkReportOptions>, WorkReportRules>());
        Services.TryAddSingleton<WorkReportStore>();
        Services.TryAddSingleton<FiguresReader>();
        Services.TryAddSingleton<WorkReportMaker>();
        return this;
    }

    /// <summary>This process makes the reports that clients ask for.</summary>
    public PipelineBuilder AddWorkReportRequests()
    {
        AddWorkReports();
        AddHosted<WorkReportRequests>();
        return this;
    }

    /// <summary>This process does jobs of a kind, on the lanes of that kind.</summary>
    public PipelineBuilder AddJobHandler<TJob, TResult, THandler>()
        where TJob : class, IJob<TJob, TResult>
        where TResult : class
        where THandler : class, IJobHandler<TJob, TResult>
    {
        Handlers.Add<TJob, TResult>();
        Services.AddSingleton<IJobHandler<TJob, TResult>, THandler>();
        return this;
    }

    private void AddPrompts()
    {
        Services.AddOptions<PromptOptions>().BindConfiguration(PromptOptions.Section).ValidateOnStart();
        Services.AddSingleton<IValidateOptions<PromptOptions>, PromptOptionsValidator>();
        Services.AddSingleton<BuiltInPrompts>();
        Services.AddSingleton<PromptTemplates>();
        Services.AddSingleton<IPromptTemplates>(services => services.GetRequiredService<PromptTemplates>());
        Services.AddSingleton<PromptStore>();
        Services.AddHostedService<PromptSeed>();
    }

    private void AddWebhooks()
    {
        Services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section).ValidateOnStart();
        Services.AddSingleton<IValidateOptions<WebhookOptions>, WebhookOptionsValidator>();
        Services.AddSingleton<TargetRule>();
        Services.AddSingleton<WebhookStore>();
        Services.AddSingleton<WebhookSender>();
        Services.AddSingleton<DeliveryQueue>();
        AddHosted<WebhookDeliverer>();
    }

    private void AddHosted<T>()
        where T : class, IHostedService
    {
        Services.AddSingleton<T>();
        Services.AddHostedService(services => services.GetRequiredService<T>());
    }
}
