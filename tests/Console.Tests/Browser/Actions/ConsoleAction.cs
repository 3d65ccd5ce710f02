using Pipeline.Core.Clients;

namespace Pipeline.Console.Tests.Browser.Actions;

/// <summary>What a page lets somebody do: a button, what it calls, who may not, and how one sees that it was done.</summary>
/// <param name="File">The component that the button stands in.</param>
/// <param name="Phrase">What is written on the button, in English.</param>
/// <param name="Call">What it sends, with {id} and {key} for what <see cref="Prepare"/> made.</param>
internal sealed record ConsoleAction(string File, string Phrase, string Call)
{
    /// <summary>The lowest role that may.</summary>
    public Role Lowest { get; init; }

    /// <summary>Which role is refused instead of the one below Lowest, where a page is for fewer than its action.</summary>
    public Role? Refused { get; init; }

    /// <summary>Who is refused when Lowest is a client; the role below it is refused otherwise.</summary>
    public Refusal Refusal { get; init; } = Refusal.Nobody;

    /// <summary>Whether it ends or begins a session, which others go on with.</summary>
    public bool NeedsOwnTab { get; init; }

    /// <summary>Makes what it is done to, and says on which page; null: the browser is there.</summary>
    public required Func<Scene, Task<string?>> Prepare { get; init; }

    /// <summary>What is typed or chosen before the button is pressed.</summary>
    public Func<Scene, IEnumerable<(string Name, string Value)>> Fields { get; init; } = _ => [];

    /// <summary>What is done to the form beyond typing.</summary>
    public Func<Scene, Task>? Fill { get; init; }

    public required Func<Scene, Task<bool>> IsDone { get; init; }

    public string Name => $"{File}: {Phrase} ({Call})";

    /// <summary>The address that the form is sent to.</summary>
    public string Route => Call.Contains(" /api/", StringComparison.Ordinal) ? "/do" : Call.Split(' ')[1];
}

/// <summary>Who sends the same form and gets nothing.</summary>
internal enum Refusal
{
    /// <summary>Somebody who is not logged in.</summary>
    Nobody,

    /// <summary>Another client, for whom the thing does not exist.</summary>
    Stranger,

    /// <summary>Another site: the token is missing.</summary>
    Forged,
}
