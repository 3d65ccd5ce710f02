namespace Pipeline.Chaos.Audits;

/// <summary>What became of the jobs; each list tells of one job a line.</summary>
public sealed record Verdict
{
    /// <summary>Jobs that a client was told are accepted.</summary>
    public required int Accepted { get; init; }

    /// <summary>Accepted, and not in the database, or final without the result of this very text.</summary>
    public List<string> Lost { get; } = [];

    /// <summary>Submitted once and there twice, or made final more than once.</summary>
    public List<string> Duplicated { get; } = [];

    /// <summary>Not final although everything is well again.</summary>
    public List<string> Stuck { get; } = [];

    /// <summary>In the database, and no client was told of it, although each has an answer for all that it sent.</summary>
    public List<string> Unknown { get; } = [];

    /// <summary>Failed because two workers died while they ran it, as documented.</summary>
    public List<string> Quarantined { get; } = [];

    /// <summary>Jobs that were started more than once.</summary>
    public int RunAgain { get; init; }

    public bool IsGood => Lost.Count + Duplicated.Count + Stuck.Count + Unknown.Count == 0;

    /// <summary>Every promise that was broken, and no more than a screen of them.</summary>
    public IEnumerable<string> Problems => Lost.Concat(Duplicated).Concat(Stuck).Concat(Unknown).Take(40);
}
