using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Clients;
using Pipeline.Core.Hosting;
using Pipeline.Core.Queues;
using Pipeline.Core.Results;
using Pipeline.Inference;
using Pipeline.Inference.LLamaSharp;
using Pipeline.Inference.Models;
using Pipeline.Inference.Vocabularies;
using Pipeline.Inference.Remote;
using Pipeline.Inference.Remote.Fallback;
using Pipeline.Workers.Inference.Chat;
using Pipeline.Workers.Inference.Emotion;
using Pipeline.Workers.Inference.Feedback;
using Pipeline.Workers.Inference.Generating;
using Pipeline.Workers.Inference.Interview;
using Pipeline.Workers.Inference.InterviewReports;

namespace Pipeline.Workers.Inference;

/// <summary>The role that runs language models.</summary>
public static class InferenceWorkerRole
{
    public static PipelineBuilder AddInferenceWorker(this PipelineBuilder pipeline)
    {
        var services = pipeline.Services;
        services.AddInference(pipeline.Configuration);
        services.AddClientWeights(provider => provider.GetRequiredService<OwnerWeights>().Replace);
        services.AddLLamaSharp();
        services.AddRemoteInference(pipeline.Configuration);
        services.AddFallback(pipeline.Configuration); // Last: it stands before whichever engine was chosen.

        services.AddSingleton(ModelServer);
        services.AddOptions<WriterOptions>().BindConfiguration(WriterOptions.Section);
        services.AddSingleton<TextModel>();
        services.AddHostedService<ModelStart>();
        services.AddHealthChecks().AddCheck<ModelHealth>("model", tags: ["ready"]);
        return pipeline.AddEmotion()
            .AddModelHandler<CompleteChat, ChatResult, ChatHandler, ChatJobOptions, ChatJobOptionsValidator>()
            .AddModelHandler<GiveFeedback, FeedbackResult, FeedbackHandler, FeedbackOptions, FeedbackOptionsValidator>()
            .AddModelHandler<StepInterview, InterviewStepResult, InterviewHandler, InterviewOptions, InterviewOptionsValidator>()
            .AddModelHandler<InterviewReport, InterviewReportResult, InterviewReportHandler, InterviewReportOptions, InterviewReportOptionsValidator>();
    }

    /// <summary>
    /// This process does jobs of a kind with a language model: the one that <c>Models:NAME:Path</c> names, the server where there is
    /// one, else the small one that ships. The handler asks it through <see cref="TextModel"/>, with <see cref="ModelOptions{TJob}"/>.
    /// </summary>
    public static PipelineBuilder AddModelHandler<TJob, TResult, THandler>(this PipelineBuilder pipeline)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class
        where THandler : class, Core.Attempts.IJobHandler<TJob, TResult> =>
        pipeline.AddModelHandler<TJob, TResult, THandler, ModelOptions<TJob>, ModelOptionsValidator<TJob>>();

    /// <summary>What every kind of this role needs where a server has the models. Where the cloud answers instead, none needs it.</summary>
    private static JobDependency ModelServer(IServiceProvider services)
    {
        var server = services.GetRequiredService<RemoteServer>();
        var isNeeded = services.GetRequiredService<IOptions<InferenceOptions>>().Value.IsRemote && !services.GetRequiredService<IOptions<FallbackOptions>>().Value.Enabled;
        return new()
        {
            Name = server.Name,
            Kinds = isNeeded ? [.. services.GetServices<ModelUse>().Select(use => use.Kind)] : [],
            Judge = failure => failure switch
            {
                RemoteException { Fault: RemoteFault.Away } => DependencyFault.Away,
                RemoteException { Fault: RemoteFault.Unclear } or TimeoutException => DependencyFault.Unclear,
                _ => DependencyFault.None,
            },
            ProbeAsync = server.CheckAsync,
        };
    }

    private static PipelineBuilder AddEmotion(this PipelineBuilder pipeline)
    {
        pipeline.Services.AddValidated<EmotionOptions, EmotionOptionsValidator>(EmotionOptions.Section);
        pipeline.Services.AddSingleton(services => EmotionPrompt.Use(services.GetRequiredService<IOptions<EmotionOptions>>().Value));
        pipeline.Services.AddSingleton<IResultFingerprint, EmotionFingerprint>();
        pipeline.Services.AddSingleton(services => new KindModelSource(
            () => Name(services, AnalyzeEmotion.Kind, services.GetRequiredService<IOptions<EmotionOptions>>().Value.ModelPath)));
        return pipeline.AddJobHandler<AnalyzeEmotion, EmotionResult, EmotionHandler>();
    }

    private static KindModel Name(IServiceProvider services, string kind, string path)
    {
        var inference = services.GetRequiredService<IOptions<InferenceOptions>>().Value;
        if (inference.IsRemote)
        {
            return new(kind, services.GetRequiredService<IOptions<RemoteOptions>>().Value.Model!, ContextTokens: null);
        }

        var (name, contextTokens) = ModelNaming.Of(path, inference.ContextTokens);
        return new(kind, name, contextTokens);
    }

    /// <summary>Of the kind whose clients send prompts of any length; a server counts for itself.</summary>
    private static byte[]? VocabularyOf(IServiceProvider services, string kind, string path) =>
        kind == CompleteChat.Kind && !services.GetRequiredService<IOptions<InferenceOptions>>().Value.IsRemote ? GgufVocabulary.Read(path)?.Write() : null;

    /// <summary>The same of a kind with options of its own, in the same section.</summary>
    public static PipelineBuilder AddModelHandler<TJob, TResult, THandler, TOptions, TValidator>(this PipelineBuilder pipeline)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class
        where THandler : class, IJobHandler<TJob, TResult>
        where TOptions : GenerationOptions
        where TValidator : class, IValidateOptions<TOptions>
    {
        pipeline.Services.AddValidated<TOptions, TValidator>(GenerationOptions.SectionOf(TJob.Kind));
        pipeline.Services.AddSingleton(services => ModelUse.Generating(TJob.Kind, services.GetRequiredService<IOptions<TOptions>>().Value.ModelPath));
        pipeline.Services.AddSingleton(services => new KindModelSource(() => Name(services, TJob.Kind, services.GetRequiredService<IOptions<TOptions>>().Value.ModelPath))
        {
            ReadVocabulary = () => VocabularyOf(services, TJob.Kind, services.GetRequiredService<IOptions<TOptions>>().Value.ModelPath),
        });
        pipeline.Services.AddSingleton<IWriterCheck>(services => new WriterCheck(
            TJob.Kind,
            services.GetRequiredService<IOptions<TOptions>>().Value,
            services.GetRequiredService<IOptions<InferenceOptions>>().Value,
            services.GetRequiredService<IOptions<WriterOptions>>().Value));
        pipeline.Services.AddSingleton<IResultFingerprint>(services => new GenerationFingerprint(
            TJob.Kind,
            services.GetRequiredService<IOptions<TOptions>>().Value,
            services.GetRequiredService<IOptions<InferenceOptions>>().Value,
            typeof(TJob),
            typeof(THandler)));
        return pipeline.AddJobHandler<TJob, TResult, THandler>();
    }
}
