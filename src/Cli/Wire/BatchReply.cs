using System.Text.Json;

namespace Pipeline.Cli.Wire;

/// <summary>A batch as the API gives it; fields that this program does not read are left out.</summary>
internal sealed record BatchReply
{
    public required Guid Id { get; init; }

    public required int Items { get; init; }
}

/// <summary>What this program reads of a line of results; the rest of it is handed on as it came.</summary>
internal sealed record BatchLine
{
    public required string Cursor { get; init; }

    public required string State { get; init; }

    /// <summary>The name that this program gave the item; absent where it gave none.</summary>
    public string? Key { get; init; }

    public JsonElement? Result { get; init; }

    public JobError? Error { get; init; }
}

/// <summary>An item of a batch.</summary>
internal sealed record BatchItem(string Kind, JsonElement Input, string Key);
