namespace Pipeline.Core.Attempts;

/// <summary>
/// Something outside of this process without which jobs of some kinds cannot be done, such as a model server. While it is away the
/// worker claims none of them, gives back what it holds uncharged, and asks for it again, less and less often. A kind has one at most.
/// </summary>
public sealed record JobDependency
{
    /// <summary>What people call it, such as "The server at http://gpu:8000/v1".</summary>
    public required string Name { get; init; }

    /// <summary>The kinds that need it.</summary>
    public required IReadOnlyCollection<string> Kinds { get; init; }

    /// <summary>What a failure of an attempt says of it.</summary>
    public required Func<Exception, DependencyFault> Judge { get; init; }

    /// <summary>Asks it for a sign of life; throws while there is none.</summary>
    public required Func<CancellationToken, Task> ProbeAsync { get; init; }
}

/// <summary>Whose fault a failed attempt is.</summary>
public enum DependencyFault
{
    /// <summary>Not the dependency's.</summary>
    None,

    /// <summary>The dependency's if it gives no sign of life now.</summary>
    Unclear,

    /// <summary>The dependency's: it is away, or takes no more for now.</summary>
    Away,
}
