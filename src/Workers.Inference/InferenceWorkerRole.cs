using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Inference;
#if FULL_FEED
using Pipeline.Inference.LLamaSharp;
#endif
using Pipeline.Inference.LlamaCpp;
using Pipeline.Inference.Remote;
using Pipeline.Workers.Inference.Emotion;

namespace Pipeline.Workers.Inference;

/// <summary>The role that runs language models.</summary>
public static class InferenceWorkerRole
{
    public static PipelineBuilder AddInferenceWorker(this PipelineBuilder pipeline)
    {
        var services = pipeline.Services;
        services.AddInference(pipeline.Configuration);
#if FULL_FEED
        // First, so that it is the one that Inference:Backend=Auto takes: it brings its own native libraries.
        services.AddLLamaSharp();
#endif
        services.AddLlamaCpp(pipeline.Configuration);
        services.AddRemoteInference(pipeline.Configuration);
        services.AddFallback(pipeline.Configuration); // Last: it stands before whichever engine was chosen.

        services.AddOptions<EmotionOptions>().BindConfiguration(EmotionOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<EmotionOptions>, EmotionOptionsValidator>();
        services.AddHostedService<ModelStart>();
        services.AddHealthChecks().AddCheck<ModelHealth>("model", tags: ["ready"]);
        return pipeline.AddJobHandler<AnalyzeEmotion, EmotionResult, EmotionHandler>();
    }
}
