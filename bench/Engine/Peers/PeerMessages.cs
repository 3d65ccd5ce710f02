using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Pipeline.Bench.Engine.Peers;

/// <summary>One line to a peer. What a measure does not need is absent.</summary>
internal sealed record PeerRequest(string Measure)
{
    /// <summary>decode: one prompt a sequence.</summary>
    public int[][]? Prompts { get; init; }

    /// <summary>prefill: the one prompt.</summary>
    public int[]? Prompt { get; init; }

    /// <summary>decode and json: tokens that a sequence generates, at most.</summary>
    public int? Tokens { get; init; }

    /// <summary>json: tokens before every text.</summary>
    public int[]? Prefix { get; init; }

    /// <summary>json: tokens of each text and of the template behind it.</summary>
    public IReadOnlyList<int[]>? Texts { get; init; }

    /// <summary>json: sequences at a time.</summary>
    public int? Sequences { get; init; }

    /// <summary>embed: one text a vector.</summary>
    public IReadOnlyList<string>? Strings { get; init; }

    /// <summary>json: what the answer must be.</summary>
    public JsonNode? Schema { get; init; }
}

/// <summary>One line from a peer: ready, a measurement, or an error.</summary>
internal sealed record PeerReply
{
    public string? Error { get; init; }

    /// <summary>Version of the peer, in its first line.</summary>
    public string? Version { get; init; }

    /// <summary>Version of its runtime, in its first line.</summary>
    public string? Node { get; init; }

    public double Tokens { get; init; }

    public double Seconds { get; init; }

    public double CpuSeconds { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PeerRequest))]
[JsonSerializable(typeof(PeerReply))]
internal sealed partial class PeerJson : JsonSerializerContext;
