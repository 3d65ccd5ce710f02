using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Clients;
using Pipeline.Core.Hosting;
using Pipeline.Core.Models;
using Pipeline.Core.Queues;
using Pipeline.Inference;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.LLamaSharp;
using Pipeline.Inference.Onnx;
using Pipeline.Inference.Remote;
using Pipeline.Inference.Vocabularies;
using Pipeline.Workers.Embedding.Documents;

namespace Pipeline.Workers.Embedding;

/// <summary>The role that turns texts into vectors; a CPU is enough for it.</summary>
public static class EmbeddingWorkerRole
{
    public static PipelineBuilder AddEmbeddingWorker(this PipelineBuilder pipeline)
    {
        var services = pipeline.Services;
        services.AddEmbeddings(pipeline.Configuration);
        services.AddClientWeights(provider => provider.GetRequiredService<OwnerWeights>().Replace);
        services.AddLLamaSharp();
        services.AddOnnx();
        services.AddRemoteEmbeddings(pipeline.Configuration);

        services.AddValidated<EmbeddingOptions, EmbeddingOptionsValidator>(EmbeddingOptions.Section);
        services.AddSingleton(provider => new NamedFile(pipeline.Configuration, provider.GetRequiredService<IOptions<EmbeddingOptions>>()));
        services.AddSingleton(ModelServer);
        services.AddSingleton(provider => new KindModelSource(() => Name(provider)) { ReadVocabulary = _ => Vocabulary(provider) });
        services.AddSingleton<EmbeddingModelReport>();
        services.AddSingleton(provider => new WorkerModelSource(provider.GetRequiredService<EmbeddingModelReport>().Read));
        services.AddSingleton<LongTextEmbedder>();
        services.AddSingleton<VectorCache>();
        services.AddSingleton<ServedModel>();
        services.AddSingleton<DocumentCutter>();
        services.AddSingleton<ITokenCounter>(provider =>
            provider.GetRequiredService<IOptions<InferenceOptions>>().Value.IsRemote && provider.GetRequiredService<RemoteServer>().Embeddings() is not null
                ? new EstimatedTokenCounter()
                : new LocalTokenCounter(provider.GetRequiredService<EmbeddingEngine>()));
        services.AddHostedService<EmbeddingModelStart>();
        services.AddHostedService<ModelRegistration>();
        services.AddHealthChecks().AddCheck<EmbeddingModelHealth>("embedding-model", tags: ["ready"]);
        return pipeline
            .AddJobHandler<EmbedTexts, EmbeddingResult, EmbeddingHandler>()
            .AddJobHandler<EmbedDocument, DocumentResult, DocumentHandler>();
    }

    private static IReadOnlyList<KindModel> Name(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<EmbeddingOptions>>().Value;
        if (services.GetRequiredService<IOptions<InferenceOptions>>().Value.IsRemote && services.GetRequiredService<IOptions<RemoteOptions>>().Value.EmbeddingModel is { } remote)
        {
            return [new(EmbedTexts.Kind, remote, ContextTokens: null)];
        }

        return [new(EmbedTexts.Kind, services.GetRequiredService<EmbeddingModelReport>().Name, options.InputTokensMax)];
    }

    /// <summary>With which the API counts texts and documents; an ONNX model has another tokenizer, and a server counts for itself.</summary>
    private static byte[]? Vocabulary(IServiceProvider services) =>
        services.GetRequiredService<IOptions<InferenceOptions>>().Value.IsRemote && services.GetRequiredService<RemoteServer>().Embeddings() is not null
            ? null
            : services.GetRequiredService<NamedFile>().Path is var path && File.Exists(path) ? GgufVocabulary.Read(path)?.Write() : null;

    private static JobDependency ModelServer(IServiceProvider services)
    {
        var server = services.GetRequiredService<RemoteServer>();
        var isNeeded = services.GetRequiredService<IOptions<InferenceOptions>>().Value.IsRemote && server.Embeddings() is not null;
        return new()
        {
            Name = server.Name,
            Kinds = isNeeded ? [EmbedTexts.Kind, EmbedDocument.Kind] : [],
            Judge = failure => failure switch
            {
                RemoteException { Fault: RemoteFault.Away } => DependencyFault.Away,
                RemoteException { Fault: RemoteFault.Unclear } or TimeoutException => DependencyFault.Unclear,
                _ => DependencyFault.None,
            },
            ProbeAsync = server.CheckAsync,
        };
    }
}
