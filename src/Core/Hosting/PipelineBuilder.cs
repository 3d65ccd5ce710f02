using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Contracts;
using Pipeline.Core.ActivityReports;
using Pipeline.Core.Attempts;
using Pipeline.Core.Batches;
using Pipeline.Core.Conversations;
using Pipeline.Core.Documents;
using Pipeline.Core.FileBatches;
using Pipeline.Core.Files;
using Pipeline.Core.Intake;
using Pipeline.Core.Prompts;
using Pipeline.Core.Queues;
using Pipeline.Core.Relay;
using Pipeline.Core.Responses;
using Pipeline.Core.Results;
using Pipeline.Core.Search;
using Pipeline.Core.Steering;
using Pipeline.Core.Subscriptions;
using Pipeline.Core.Upkeep;
using Pipeline.Core.Webhooks;

namespace Pipeline.Core.Hosting;

/// <summary>What a role adds itself to. Roles are extension methods on it; an all-in-one host chains several.</summary>
public sealed class PipelineBuilder
{
    internal PipelineBuilder(IHostApplicationBuilder host) => Host = host;

    public IHostApplicationBuilder Host { get; }

    public IServiceCollection Services => Host.Services;

    public IConfiguration Configuration => Host.Configuration;

    internal JobHandlers Handlers { get; } = new();

    internal List<JobKind> Kinds { get; } = [.. JobCatalog.Own.All];

    internal bool Dispatches { get; private set; }

    /// <summary>This process accepts jobs: it writes them, relays them to the broker, sweeps, samples the queues, and delivers webhooks.</summary>
    public PipelineBuilder AddIntake()
    {
        if (!Dispatches)
        {
            Dispatches = true;
            Services.AddIntake().AddSingleton<BatchIntake>().AddSingleton<BatchStore>().AddSingleton<ConversationStore>().AddFiles().AddFileBatches().AddSingleton<ResponseStore>();

            // Stopped in the opposite order: what accepts and sends ends before what watches.
            Services.AddQueueStatistics().AddHosted<JobWaits>().AddHosted<JobSubscriptions>();
            Services.AddUpkeep().AddRelay().AddSteering().AddWebhooks().AddPrompts();
        }

        return this;
    }

    /// <summary>This process keeps and searches documents.</summary>
    public PipelineBuilder AddDocuments()
    {
        Services.AddReembedding().AddSearch();
        return this;
    }

    /// <summary>This process makes activity reports.</summary>
    public PipelineBuilder AddActivityReports()
    {
        Services.AddActivityReports();
        return this;
    }

    /// <summary>This process makes the activity reports that clients ask for.</summary>
    public PipelineBuilder AddActivityReportRequests()
    {
        Services.AddActivityReportRequests();
        return this;
    }

    /// <summary>
    /// This process knows a kind: the API takes it, its queues exist, its templates are stored. Pipeline's own kinds are known
    /// to every process; to add one again changes nothing.
    /// </summary>
    public PipelineBuilder AddKind<TJob, TResult>()
        where TJob : class, IJob<TJob, TResult>
        where TResult : class
    {
        Kinds.Add(TJob.Descriptor);
        return this;
    }

    /// <summary>This process does jobs of a kind, on the queues of that kind, and knows it.</summary>
    public PipelineBuilder AddJobHandler<TJob, TResult, THandler>()
        where TJob : class, IJob<TJob, TResult>
        where TResult : class
        where THandler : class, IJobHandler<TJob, TResult>
    {
        AddKind<TJob, TResult>();
        Handlers.Add<TJob, TResult>();
        Services.AddSingleton<IJobHandler<TJob, TResult>, THandler>();
        return this;
    }
}
