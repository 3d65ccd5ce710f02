using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Inference.Embeddings;

namespace Pipeline.Inference.Onnx;

/// <summary>Registers the ONNX Runtime backend.</summary>
public static class OnnxRegistration
{
    /// <summary>Adds the loader of ONNX models for embeddings. Loads no native code yet.</summary>
    public static IServiceCollection AddOnnx(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IEmbeddingModelLoader, OnnxEmbeddingLoader>());
        return services;
    }
}
