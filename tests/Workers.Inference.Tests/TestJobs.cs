using Microsoft.Extensions.AI;
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

    public static TextModel Model(IChatClient chat, InferenceBackend backend = InferenceBackend.Local) =>
        new(chat, JobCatalog.Own, Options.Create(new InferenceOptions { Backend = backend }));
}
