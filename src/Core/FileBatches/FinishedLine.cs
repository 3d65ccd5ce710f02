using System.Globalization;
using Pipeline.Core.Batches;
using Pipeline.Core.Encryption;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.FileBatches;

/// <summary>The final job of a line, with what its answer needs.</summary>
public sealed record FinishedLine : Job
{
    /// <summary>The transaction that made it final.</summary>
    public required string Xid { get; init; }

    /// <summary>The line, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The client's own name for the line.</summary>
    public required string CustomId { get; init; }

    /// <summary>As whoever accepted the line wrote it.</summary>
    public string? AnswerForm { get; init; }

    private protected override Job Opened(Vault vault) =>
        base.Opened(vault) is not FinishedLine opened ? this
        : !vault.TryOpen(EncryptedColumn.AnswerForm, Id, AnswerForm, out var form, out var fault) ? ((FinishedLine)Failed(fault)) with { AnswerForm = null }
        : opened with { AnswerForm = form };

    public BatchCursor Cursor => new(ulong.Parse(Xid, NumberStyles.None, CultureInfo.InvariantCulture), Index);
}

/// <summary>A line that became no job.</summary>
public sealed record LineError : IEncryptedRow
{
    internal Guid BatchId { get; init; }

    /// <summary>From 0, blank lines not counted.</summary>
    public required int Line { get; init; }

    /// <summary>Null where the line has none that can be told.</summary>
    public string? CustomId { get; init; }

    /// <summary>The status that its request would have been answered with; null where it is no request at all.</summary>
    public int? Status { get; init; }

    public required string Code { get; init; }

    public required string Message { get; init; }

    public string? Param { get; init; }

    IEncryptedRow IEncryptedRow.Opened(Vault vault) => this with { Message = vault.OpenOrTell(EncryptedColumn.LineMessage, BatchId, Message, Line) };

    /// <summary>Before every job: these are known first.</summary>
    public BatchCursor Cursor => new(0, Line);
}

/// <summary>Lines of a batch that have ended.</summary>
/// <param name="IsComplete">Every line has ended, so nothing follows the last page.</param>
public sealed record LinePage(IReadOnlyList<LineError> Errors, IReadOnlyList<FinishedLine> Lines, bool IsComplete)
{
    public int Count => Errors.Count + Lines.Count;

    /// <summary>Where the next page begins; null where there is nothing here.</summary>
    public BatchCursor? Last => Lines is [.., var line] ? line.Cursor : Errors is [.., var error] ? error.Cursor : null;
}
