namespace Pipeline.Inference.Models;

/// <summary>Which of the registered backends loads a model.</summary>
internal static class BackendChoice
{
    /// <param name="loaders">In order of registration.</param>
    /// <param name="backend">Inference:Backend. "Remote" is about language models; what is loaded nevertheless is loaded as with "Auto".</param>
    /// <exception cref="ModelLoadException">This build has no such backend.</exception>
    public static IModelLoader Find(IEnumerable<IModelLoader> loaders, string backend) =>
        loaders.FirstOrDefault(loader => IsAny(backend) || loader.Backend.Equals(backend, StringComparison.OrdinalIgnoreCase))
            ?? throw new ModelLoadException(
                $"Inference:Backend is {backend}, which this build does not have.",
                $"Set one of: Auto, {InferenceOptions.Remote}, {string.Join(", ", loaders.Select(loader => loader.Backend))}.");

    private static bool IsAny(string backend) =>
        backend == "Auto" || backend.Equals(InferenceOptions.Remote, StringComparison.OrdinalIgnoreCase);
}
