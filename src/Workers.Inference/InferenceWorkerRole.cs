using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Clients;
using Pipeline.Core.Hosting;
using Pipeline.Core.Models;
using Pipeline.Core.Queues;
using Pipeline.Core.Results;
using Pipeline.Inference;
using Pipeline.Inference.LLamaSharp;
using Pipeline.Inference.Remote;
using Pipeline.Inference.Remote.Fallback;
using Pipeline.Inference.Vocabularies;
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
    private static readonly string[] Counted = [CompleteChat.Kind, GiveFeedback.Kind, StepInterview.Kind, InterviewReport.Kind];

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
        services.AddSingleton(provider => new ServedModels(
            pipeline.Configuration, provider.GetServices<KindChoice>(), provider.GetRequiredService<IOptions<InferenceOptions>>()));
        services.AddSingleton<TextModel>();
        services.AddHostedService<ModelStart>();
        services.AddHosted<ModelMoves>();
        services.AddSingleton<ModelReport>();
        services.AddSingleton(provider => new WorkerModelSource(provider.GetRequiredService<ModelReport>().Read));
        services.AddHealthChecks().AddCheck<ModelHealth>("model", tags: ["ready"]);
        return pipeline.AddEmotion()
            .AddModelHandler<CompleteChat, ChatResult, ChatHandler, ChatJobOptions, ChatJobOptionsValidator>()
            .AddModelHandler<GiveFeedback, FeedbackResult, FeedbackHandler, FeedbackOptions, FeedbackOptionsValidator>()
            .AddModelHandler<StepInterview, InterviewStepResult, InterviewHandler, InterviewOptions, InterviewOptionsValidator>()
            .AddModelHandler<InterviewReport, InterviewReportResult, InterviewReportHandler, InterviewReportOptions, InterviewReportOptionsValidator>();
    }

    /// <summary>
    /// This process does jobs of a kind with a language model: the one that <c>Kinds:NAME:Model</c> names, the server where there is
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
            Kinds = isNeeded ? [.. services.GetServices<KindChoice>().Select(choice => choice.Kind)] : [],
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
        pipeline.Services.AddSingleton(services => EmotionPrompt.Choice(services.GetRequiredService<IOptions<EmotionOptions>>().Value));
        pipeline.Services.AddSingleton<IResultFingerprint, EmotionFingerprint>();
        pipeline.Services.AddSingleton(services => new KindModelSource(() => Name(services, AnalyzeEmotion.Kind)));
        return pipeline.AddJobHandler<AnalyzeEmotion, EmotionResult, EmotionHandler>();
    }

    private static IReadOnlyList<KindModel> Name(IServiceProvider services, string kind) => services.GetRequiredService<IOptions<InferenceOptions>>().Value.IsRemote
        ? [new(kind, services.GetRequiredService<IOptions<RemoteOptions>>().Value.Model!, ContextTokens: null)]
        : services.GetRequiredService<ServedModels>().Announced(kind, services.GetRequiredService<LocalModels>().FileOf);

    /// <summary>Of the kinds whose prompts the API counts; a server counts for itself.</summary>
    private static byte[]? VocabularyOf(IServiceProvider services, KindModel model)
    {
        if (!Counted.Contains(model.Kind) || services.GetRequiredService<IOptions<InferenceOptions>>().Value.IsRemote)
        {
            return null;
        }

        var path = services.GetRequiredService<LocalModels>().FileOf(model.Name)
            ?? services.GetRequiredService<ServedModels>().Of(model.Kind).First(served => served.Name == model.Name).Path;
        return GgufVocabulary.Read(path)?.Write();
    }

    /// <summary>The same of a kind with options of its own, in the same section.</summary>
    public static PipelineBuilder AddModelHandler<TJob, TResult, THandler, TOptions, TValidator>(this PipelineBuilder pipeline)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class
        where THandler : class, IJobHandler<TJob, TResult>
        where TOptions : GenerationOptions
        where TValidator : class, IValidateOptions<TOptions>
    {
        pipeline.Services.AddValidated<TOptions, TValidator>(GenerationOptions.SectionOf(TJob.Kind));
        var section = GenerationOptions.SectionOf(TJob.Kind);
        pipeline.Services.AddSingleton(services => new KindChoice(TJob.Kind, section, services.GetRequiredService<IOptions<TOptions>>().Value.Model));
        pipeline.Services.AddSingleton(services => new KindModelSource(() => Name(services, TJob.Kind)) { ReadVocabulary = model => VocabularyOf(services, model) });
        pipeline.Services.AddSingleton<IWriterCheck>(services => new WriterCheck(
            TJob.Kind,
            $"{section}:{nameof(GenerationOptions.Model)}",
            services.GetRequiredService<ServedModels>(),
            services.GetRequiredService<IOptions<WriterOptions>>().Value));
        pipeline.Services.AddSingleton<IResultFingerprint>(services => new GenerationFingerprint(
            TJob.Kind,
            services.GetRequiredService<IOptions<TOptions>>().Value,
            services.GetRequiredService<IOptions<InferenceOptions>>().Value,
            services.GetRequiredService<ServedModels>(),
            services.GetRequiredService<LocalModels>(),
            typeof(TJob),
            typeof(THandler)));
        return pipeline.AddJobHandler<TJob, TResult, THandler>();
    }
}
