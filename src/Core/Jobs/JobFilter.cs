using Pipeline.Core.Encryption;

namespace Pipeline.Core.Jobs;

/// <summary>Which jobs to list, newest first; what is null does not narrow.</summary>
public sealed record JobFilter
{
    /// <summary>Whose; null: everybody's.</summary>
    public required Guid? ClientId { get; init; }

    public string? State { get; init; }

    public string? Kind { get; init; }

    public string? Queue { get; init; }

    /// <summary>Why they, or their last attempts, failed.</summary>
    public string? ErrorCode { get; init; }

    public Guid? BatchId { get; init; }

    /// <summary>Only jobs that a client did for this user of its.</summary>
    public string? UserId { get; init; }

    /// <summary>The model that made the result.</summary>
    public string? Model { get; init; }

    /// <summary>Only jobs that are repeats of this one.</summary>
    public Guid? ResubmittedFrom { get; init; }

    public IdOrKey? IdOrKey { get; init; }

    /// <summary>Whether <see cref="IdOrKey"/> may also be a key; false: an id.</summary>
    public bool SearchesKeys { get; init; }

    /// <summary>Only jobs accepted at this time or later.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Only jobs accepted before this one.</summary>
    public Guid? Before { get; init; }

    public required int Limit { get; init; }

    /// <summary>The first id that is meant.</summary>
    internal Guid From => CreatedAfter is { } after ? JobDays.Floor(after) : Guid.Empty;

    /// <summary>The first id that is too new.</summary>
    internal Guid Below => Least(Before, CreatedBefore is { } before ? JobDays.Floor(before) : null);

    /// <summary>The same, of jobs whose ids begin as they are to.</summary>
    internal (Guid From, Guid Below) Ids => IdOrKey is { From: { } from } && IdOrKey.Compare(from, From) > 0
        ? (from, Least(Below, IdOrKey.Below))
        : (From, Least(Below, IdOrKey?.Below));

    /// <summary>Whether this goes on within jobs whose ids begin as they are to, so that there were such jobs.</summary>
    internal bool IsAmongBeginnings => Before is { } before && IdOrKey is { From: { } from, Below: { } below }
        && IdOrKey.Compare(before, from) >= 0 && IdOrKey.Compare(before, below) < 0;

    private static Guid Least(Guid? one, Guid? other)
    {
        var (first, second) = (one ?? Guid.AllBitsSet, other ?? Guid.AllBitsSet);
        return IdOrKey.Compare(first, second) < 0 ? first : second;
    }
}

/// <param name="Jobs">Newest first.</param>
/// <param name="LookedUntil">The oldest job that was looked at, where the search ended before it had found enough; null where it did not.</param>
public sealed record JobPage(IReadOnlyList<Job> Jobs, Guid? LookedUntil);

/// <summary>Failed jobs with one code.</summary>
/// <param name="Example">The newest of them.</param>
/// <param name="Message">What was said of that one.</param>
public sealed record JobFailures(string Code, int Count, Guid Example, string? Message) : IEncryptedRow
{
    IEncryptedRow IEncryptedRow.Opened(Vault vault) => this with { Message = vault.OpenOrTell(EncryptedColumn.Error, Example, Message) };
}
