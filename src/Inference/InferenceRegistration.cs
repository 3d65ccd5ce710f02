using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pipeline.Inference.Embeddings;

namespace Pipeline.Inference;

/// <summary>Registers the engines; a backend registers its loader beside them.</summary>
public static class InferenceRegistration
{
    /// <summary>Adds <see cref="LocalModels"/> as <see cref="ILabelScorer"/> and <see cref="IChatClient"/>, configured by section "Inference".</summary>
    public static IServiceCollection AddInference(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddEngineOptions(configuration);
        services.TryAddSingleton<LocalModels>();
        services.TryAddSingleton<ILabelScorer>(provider => provider.GetRequiredService<LocalModels>());
        services.TryAddSingleton<IChatClient>(provider => provider.GetRequiredService<LocalModels>());
        return services;
    }

    /// <summary>Adds <see cref="EmbeddingEngine"/> as the generator of embeddings, configured by section "Inference".</summary>
    public static IServiceCollection AddEmbeddings(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddEngineOptions(configuration);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IEmbeddingModelLoader, GgufEmbeddingLoader>());
        services.TryAddSingleton<EmbeddingModelLoaders>();
        services.TryAddSingleton<EmbeddingEngine>();
        services.TryAddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(provider => provider.GetRequiredService<EmbeddingEngine>());
        return services;
    }

    private static void AddEngineOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<InferenceOptions>().Bind(configuration.GetSection(InferenceOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<InferenceOptions>, InferenceOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<InferenceOptions>, InferenceOptionsRules>());
        services.TryAddSingleton<OwnerWeights>();
        services.TryAddSingleton(TimeProvider.System);
    }
}
