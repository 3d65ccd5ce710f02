using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Inference;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Tests;

/// <summary>What the tests of every handler that generates need.</summary>
internal static class TestJobs
{
    public static JobContext Interactive { get; } = new()
    {
        JobId = Guid.CreateVersion7(),
        ClientId = Guid.CreateVersion7(),
        Attempt = 1,
        Priority = JobPriority.Interactive,
        Queued = TimeSpan.FromMilliseconds(12),
    };

    /// <param name="model">The setting of every kind.</param>
    public static TextModel Model(IChatClient chat, InferenceBackend backend = InferenceBackend.Local, string? model = null) =>
        new(chat, JobCatalog.Own, Served(backend, model), Options.Create(new InferenceOptions { Backend = backend }));

    /// <param name="settings">Section Models.</param>
    public static ServedModels Served(InferenceBackend backend = InferenceBackend.Local, string? model = null, IEnumerable<KeyValuePair<string, string?>>? settings = null) => new(
        new ConfigurationBuilder().AddInMemoryCollection(settings ?? []).Build(),
        [.. JobCatalog.Own.All.Select(kind => new KindChoice(kind.Name, GenerationOptions.SectionOf(kind.Name), model))],
        Options.Create(new InferenceOptions { Backend = backend }));

    /// <summary>The models of a process that has loaded none.</summary>
    public static LocalModels NoModels() =>
        new(null!, Options.Create(new InferenceOptions()), new(), TimeProvider.System, NullLogger<LocalModels>.Instance);
}
