using System.Buffers;
using System.Text;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Core.Encryption;

namespace Pipeline.Core.ActivityReports;

/// <summary>A job as reports count it.</summary>
internal sealed record CountedJob
{
    // As FiguresReader.Counted reads them.
    private static readonly string[] _counted = ["emotion", "confidence", "choice_only", "score", "overall_score", "evaluation", "usage"];

    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    public required string State { get; init; }

    public string? ErrorCode { get; init; }

    public Guid? CachedFrom { get; init; }

    public string? Result { get; init; }

    /// <summary>Milliseconds.</summary>
    public double? Queued { get; init; }

    public double? Running { get; init; }

    /// <summary>What is counted of its result, as JSON; null where it has none, or none that can be decrypted: the job is counted all the same.</summary>
    public string? Facts(Vault vault)
    {
        if (State is not JobState.Succeeded || Result is null || !vault.TryOpen(EncryptedColumn.Result, CachedFrom ?? Id, Result, out var result, out _))
        {
            return null;
        }

        using var json = JsonDocument.Parse(result!);
        if (json.RootElement.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        ArrayBufferWriter<byte> facts = new();
        using (Utf8JsonWriter writer = new(facts))
        {
            writer.WriteStartObject();
            foreach (var name in _counted)
            {
                if (json.RootElement.TryGetProperty(name, out var value))
                {
                    writer.WritePropertyName(name);
                    value.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(facts.WrittenSpan);
    }
}
