using System.Text.Json.Serialization;

namespace Pipeline.Core.Queues;

/// <summary>The model that this process does a kind with.</summary>
/// <param name="Name">As the file or the server calls it.</param>
/// <param name="ContextTokens">Longest prompt with its answer; null where only a server knows.</param>
/// <param name="VocabularyId">Under which <see cref="VocabularyStore"/> has its tokens; null where nobody can count with them.</param>
public sealed record KindModel(string Kind, string Name, int? ContextTokens, string? VocabularyId = null);

/// <summary>Names a model when it is asked for, which may read the head of a file.</summary>
public sealed record KindModelSource(Func<KindModel> Read)
{
    /// <summary>The tokens that texts are counted with before they are accepted, in the form that the worker's engine writes; null for none.</summary>
    public Func<byte[]?> ReadVocabulary { get; init; } = () => null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<KindModel>))]
internal sealed partial class KindModelJson : JsonSerializerContext;
