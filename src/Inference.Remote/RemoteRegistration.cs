using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Inference.Remote.Fallback;
using Pipeline.Inference.Remote.OpenAi;

namespace Pipeline.Inference.Remote;

/// <summary>
/// Puts servers and the cloud behind the seams. Each call wraps what is registered, so it comes after the local engines; what
/// an operator has not turned on leaves them as they are.
/// </summary>
public static class RemoteRegistration
{
    /// <summary>With <c>Inference:Backend=Remote</c>, <see cref="ILabelScorer"/> and <see cref="IChatClient"/> ask the server of section "Inference:Remote".</summary>
    public static IServiceCollection AddRemoteInference(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRemoteServer(configuration);
        services.TryAddSingleton(provider => new OpenAiChatClient(
            provider.GetRequiredService<RemoteServer>().Chat(), provider.GetRequiredService<TimeProvider>()));
        services.Wrap<IChatClient>((provider, local) => IsRemote(provider) ? provider.GetRequiredService<OpenAiChatClient>() : local());
        services.Wrap<ILabelScorer>((provider, local) => IsRemote(provider)
            ? new OpenAiLabelScorer(provider.GetRequiredService<OpenAiChatClient>(), provider.GetRequiredService<ILogger<OpenAiLabelScorer>>())
            : local());
        return services;
    }

    /// <summary>With <c>Inference:Backend=Remote</c> and <c>Inference:Remote:EmbeddingModel</c>, embeddings come from the server of section "Inference:Remote".</summary>
    public static IServiceCollection AddRemoteEmbeddings(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRemoteServer(configuration);
        services.Wrap<IEmbeddingGenerator<string, Embedding<float>>>((provider, local) =>
            IsRemote(provider) && provider.GetRequiredService<RemoteServer>().Embeddings() is { } endpoint
                ? new OpenAiEmbeddingGenerator(
                    endpoint, provider.GetRequiredService<IOptions<RemoteOptions>>().Value.EmbeddingBatchMax, provider.GetRequiredService<TimeProvider>())
                : local());
        return services;
    }

    /// <summary>With <c>Fallback:Enabled=true</c>, the cloud answers where <see cref="ILabelScorer"/> or <see cref="IChatClient"/> fail.</summary>
    public static IServiceCollection AddFallback(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton<ProviderKeys>(_ => new());
        services.AddOptions<FallbackOptions>().Bind(configuration.GetSection(FallbackOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FallbackOptions>, FallbackOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FallbackOptions>, FallbackOptionsRules>());
        services.TryAddSingleton(provider => new FallbackGate(
            Fallback(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<FallbackGate>>()));
        services.Wrap<IChatClient>((provider, local) => Fallback(provider).Enabled
            ? new FallbackChatClient(local(), Cloud(provider), provider.GetRequiredService<FallbackGate>())
            : local());
        services.Wrap<ILabelScorer>((provider, local) => Fallback(provider).Enabled
            ? new FallbackLabelScorer(local(), Cloud(provider), provider.GetRequiredService<FallbackGate>())
            : local());
        return services;
    }

    private static void AddRemoteServer(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton<ProviderKeys>(_ => new());
        services.AddOptions<RemoteOptions>().Bind(configuration.GetSection(RemoteOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RemoteOptions>, RemoteOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RemoteOptions>, RemoteOptionsRules>());
        services.TryAddSingleton<RemoteServer>();
    }

    /// <summary>Replaces the last registration of a singleton; the factory may ask for what that one would have made.</summary>
    private static void Wrap<T>(this IServiceCollection services, Func<IServiceProvider, Func<T>, T> wrap)
        where T : class
    {
        ServiceDescriptor? inner = services.LastOrDefault(service => service.ServiceType == typeof(T) && !service.IsKeyedService);
        if (inner is not null)
        {
            services.Remove(inner);
        }

        services.AddSingleton(provider => wrap(provider, () => Make<T>(inner, provider)));
    }

    private static T Make<T>(ServiceDescriptor? inner, IServiceProvider provider) => (T)(inner?.ImplementationInstance
        ?? inner?.ImplementationFactory?.Invoke(provider)
        ?? ActivatorUtilities.CreateInstance(provider, inner?.ImplementationType
            ?? throw new InvalidOperationException($"No local {typeof(T).Name} is registered; register it first, or set Inference:Backend to Remote.")));

    private static bool IsRemote(IServiceProvider provider) => provider.GetRequiredService<IOptions<InferenceOptions>>().Value.IsRemote;

    private static FallbackOptions Fallback(IServiceProvider provider) => provider.GetRequiredService<IOptions<FallbackOptions>>().Value;

    private static IChatClient Cloud(IServiceProvider provider) => CloudClient.Connect(
        Fallback(provider), provider.GetRequiredService<ProviderKeys>(), provider.GetRequiredService<TimeProvider>());
}
