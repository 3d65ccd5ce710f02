using System.Text.Json.Serialization;

namespace Pipeline.Core.Queues;

/// <summary>A model that this process does a kind with.</summary>
/// <param name="Name">As the file or the server calls it.</param>
/// <param name="ContextTokens">Longest prompt with its answer; null where only a server knows.</param>
/// <param name="IsDefault">Whether it does the kind's jobs that ask for no model.</param>
/// <param name="VocabularyId">Under which <see cref="VocabularyStore"/> has its tokens; null where nobody can count with them.</param>
public sealed record KindModel(string Kind, string Name, int? ContextTokens, bool IsDefault = true, string? VocabularyId = null);

/// <summary>Names the models of a kind when it is asked, which may read the heads of files.</summary>
public sealed record KindModelSource(Func<IReadOnlyList<KindModel>> Read)
{
    /// <summary>The tokens that texts are counted with before they are accepted, in the form that the worker's engine writes; null for none.</summary>
    public Func<KindModel, byte[]?> ReadVocabulary { get; init; } = _ => null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<KindModel>))]
internal sealed partial class KindModelJson : JsonSerializerContext;
