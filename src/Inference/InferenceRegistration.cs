using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Pipeline.Inference;

/// <summary>Registers the engine; a backend registers its loader beside it.</summary>
public static class InferenceRegistration
{
    /// <summary>Adds <see cref="InferenceEngine"/> and <see cref="ILabelScorer"/>, configured by section "Inference".</summary>
    public static IServiceCollection AddInference(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<InferenceOptions>().Bind(configuration.GetSection(InferenceOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<InferenceOptions>, InferenceOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<InferenceOptions>, InferenceOptionsRules>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<InferenceEngine>();
        services.TryAddSingleton<ILabelScorer>(provider => provider.GetRequiredService<InferenceEngine>());
        return services;
    }
}
