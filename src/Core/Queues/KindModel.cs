using System.Text.Json.Serialization;

namespace Pipeline.Core.Queues;

/// <summary>The model that this process does a kind with.</summary>
/// <param name="Name">As the file or the server calls it.</param>
/// <param name="ContextTokens">Longest prompt with its answer; null where only a server knows.</param>
public sealed record KindModel(string Kind, string Name, int? ContextTokens);

/// <summary>Names a model when it is asked for, which may read the head of a file.</summary>
public sealed record KindModelSource(Func<KindModel> Read);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<KindModel>))]
internal sealed partial class KindModelJson : JsonSerializerContext;
