using System.Text.Json.Serialization;

namespace Pipeline.Core.Queues;

/// <summary>The model that this process does a kind with.</summary>
/// <param name="Name">As the file or the server calls it.</param>
/// <param name="ContextTokens">Longest prompt with its answer; null where only a server knows.</param>
public sealed record KindModel(string Kind, string Name, int? ContextTokens);

/// <summary>Names a model when it is asked for, which may read the head of a file.</summary>
public sealed record KindModelSource(Func<KindModel> Read);

/// <summary>
/// The models that living workers do their kinds with, as of the last sample of the queues, at most a second old. Of a kind
/// without workers the last word counts: they will come back with the same.
/// </summary>
public sealed class KnownModels
{
    private volatile IReadOnlyList<KindModel> _all = [];

    /// <summary>In the order of their kinds and names.</summary>
    public IReadOnlyList<KindModel> All => _all;

    internal void Replace(IEnumerable<KindModel> living)
    {
        List<KindModel> now = [.. living];
        var kinds = now.Select(model => model.Kind).ToHashSet();
        _all = [.. now, .. _all.Where(model => !kinds.Contains(model.Kind))];
    }
}

/// <summary>What the workers' rows say of models.</summary>
internal static class ModelStore
{
    public const string Living = """
        select distinct m.kind, m.name, m.context_tokens
          from workers, json_to_recordset(models) as m (kind text, name text, context_tokens int)
         where lease_until > now() and ready
         order by 1, 2, 3
        """;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<KindModel>))]
internal sealed partial class KindModelJson : JsonSerializerContext;
