using Pipeline.Core.Hosting;

namespace Pipeline.Api.OpenAi.Batches;

internal static class FileBatchRegistration
{
    /// <summary>This process takes batches of files, checks their lines and ends them.</summary>
    public static IServiceCollection AddFileBatches(this IServiceCollection services) => services
        .AddSingleton<LineEndpoints>()
        .AddSingleton<FileBatchDraft>()
        .AddSingleton<LineCheck>()
        .AddSingleton<LineFiles>()
        .AddHosted<FileBatchChecks>()
        .AddHosted<FileBatchEnds>();
}
