namespace Pipeline.Api.OpenAi;

/// <param name="Kinds">The kinds of jobs that it does.</param>
/// <param name="ContextTokens">Longest prompt with its answer; null while no worker has said.</param>
internal sealed record NamedModel(string Name, IReadOnlyList<string> Kinds, int? ContextTokens);
