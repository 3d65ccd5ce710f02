namespace Pipeline.Core.Clients;

/// <summary>What a client may do. Each role includes the ones before it, so that they compare.</summary>
public enum Role
{
    /// <summary>Its own jobs, and whatever else belongs to it.</summary>
    Client,

    /// <summary>Steers what all clients share, and sees reports on all of them together.</summary>
    Operator,

    /// <summary>Manages the keys.</summary>
    Admin,
}

/// <summary>Roles as the database, the API and people write them.</summary>
public static class RoleWords
{
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<Role>().Select(Word)];

    public static string Word(this Role role) => role switch
    {
        Role.Client => "client",
        Role.Operator => "operator",
        Role.Admin => "admin",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };

    /// <summary>Null for a word that is no role.</summary>
    public static Role? Parse(string word) => All.Contains(word) ? Enum.GetValues<Role>().Single(role => role.Word() == word) : null;
}
