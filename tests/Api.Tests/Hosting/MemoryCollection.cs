namespace Pipeline.Api.Tests.Hosting;

/// <summary>Alone in the process, whose heap they measure.</summary>
[CollectionDefinition(nameof(MemoryCollection), DisableParallelization = true)]
public sealed class MemoryCollection;
