namespace Pipeline.Core.Clients;

/// <summary>Whoever holds an API key, as the key that was sent shows it.</summary>
public sealed record Client
{
    /// <summary>The client of an API that has no keys and listens on loopback only.</summary>
    public static readonly Guid LocalId = Guid.Empty;

    /// <summary>Whom jobs belong to that the pipeline gives itself. It has no key and no row; nobody can act as it.</summary>
    public static readonly Guid SystemId = new("00000000-0000-0000-0000-000000000001");

    /// <summary>While there is no key, whoever sits at this machine may do everything.</summary>
    public static readonly Client Local = new() { Id = LocalId, Name = "local", Role = Role.Admin };

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required Role Role { get; init; }

    /// <summary>The key that was sent; null for the local client, which has none.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>When that key ends; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>What a client may be named: something that reads well in a list and needs no quotes in a shell or a path.</summary>
public static class ClientNames
{
    public const int LengthMax = 64;

    public const string Rule = "use 1 to 64 letters, digits, '.', '-' and '_'";

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= LengthMax && name.All(letter => char.IsLetterOrDigit(letter) || letter is '.' or '-' or '_');
}

/// <summary>How a client wants its reports; null leaves it to the server.</summary>
public sealed record ClientReporting
{
    /// <summary>Where its days begin: an IANA name.</summary>
    public string? TimeZone { get; init; }

    /// <summary><c>ko</c> or <c>en</c>.</summary>
    public string? Language { get; init; }
}
