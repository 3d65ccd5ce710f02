using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Core.Encryption;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Batches;

/// <summary>A final job of a batch.</summary>
public sealed record BatchResult : IEncryptedRow
{
    /// <summary>The transaction that made it final.</summary>
    public required string Xid { get; init; }

    /// <summary>The item's index in the request, from 0.</summary>
    public required int Index { get; init; }

    public string? Key { get; init; }

    public required Guid JobId { get; init; }

    public required string State { get; init; }

    public required int Attempt { get; init; }

    public required DateTimeOffset FinishedAt { get; init; }

    public string? Result { get; init; }

    public string? ErrorCode { get; init; }

    public string? Error { get; init; }

    internal Guid? CachedFrom { get; init; }

    IEncryptedRow IEncryptedRow.Opened(Vault vault)
    {
        if (!vault.TryOpen(EncryptedColumn.Result, CachedFrom ?? JobId, Result, out var result, out var fault))
        {
            return this with { State = JobState.Failed, Result = null, ErrorCode = JobErrorCode.Undecryptable, Error = fault.Message };
        }

        var error = vault.OpenOrTell(EncryptedColumn.Error, JobId, Error);
        return ReferenceEquals(result, Result) && ReferenceEquals(error, Error) ? this : this with { Result = result, Error = error };
    }

    public BatchCursor Cursor => new(ulong.Parse(Xid, NumberStyles.None, CultureInfo.InvariantCulture), Index);
}

/// <summary>Results so far of a batch.</summary>
/// <param name="IsComplete">Every job is final, so nothing follows the last page.</param>
public sealed record BatchPage(IReadOnlyList<BatchResult> Results, bool IsComplete);

/// <summary>
/// How far a reader of results has come. Results are in the order of the transactions that made them, and one is shown only
/// when no earlier transaction is in flight any more: whoever goes on from here misses none and sees none twice.
/// </summary>
public readonly record struct BatchCursor(ulong Xid, int Index)
{
    public static BatchCursor Start => new(0, -1);

    /// <summary>Null when the text is no cursor.</summary>
    public static BatchCursor? Parse(string text)
    {
        var parts = text.Split('-');
        return parts.Length is 2
            && ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var xid)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new(xid, index)
            : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Xid}-{Index}");
}
