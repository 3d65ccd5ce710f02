using System.Text.RegularExpressions;

namespace Pipeline.Core.Postgres.Rights;

/// <summary>
/// What each role may do with a table: S(elect), I(nsert), U(pdate), D(elete). Columns in brackets behind a letter are all that it holds for.
/// Null: nothing.
/// </summary>
public sealed partial record TableRights(string Table)
{
    public string? Api { get; init; }

    public string? Scheduler { get; init; }

    public string? Inference { get; init; }

    public string? Embedding { get; init; }

    public string? Of(DatabaseRole role) => role switch
    {
        DatabaseRole.Api => Api,
        DatabaseRole.Scheduler => Scheduler,
        DatabaseRole.Inference => Inference,
        DatabaseRole.Embedding => Embedding,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };

    /// <summary>The list of privileges as GRANT takes it; null where there are none.</summary>
    internal string? Privileges(DatabaseRole role) => Of(role) is { } rights ? string.Join(", ", Right().Matches(rights).Select(Privilege)) : null;

    private static string Privilege(Match right) => right.Groups[1].Value switch
    {
        "S" => "select",
        "I" => "insert",
        "U" => "update",
        _ => "delete",
    } + (right.Groups[2].Success ? $" {right.Groups[2].Value}" : "");

    [GeneratedRegex(@"([SIUD])(\([a-z_, ]+\))?")]
    private static partial Regex Right();
}
