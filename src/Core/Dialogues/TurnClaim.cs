using Dapper;
using Npgsql;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Dialogues;

/// <summary>Adds the turn that a job answers, in the transaction that accepts the job: there is never one without the other.</summary>
public sealed record TurnClaim : ISubmissionClaim
{
    public required Guid ClientId { get; init; }

    public required Guid DialogueId { get; init; }

    /// <summary>Kind and settings of a dialogue that begins with this turn; null for one that exists.</summary>
    public (string Kind, string Settings)? Begins { get; init; }

    public required int Position { get; init; }

    public string? Said { get; init; }

    public required Guid JobId { get; init; }

    /// <summary>The failed job whose place this turn takes; null for the next place.</summary>
    public Guid? Replaces { get; init; }

    /// <summary>Why the dialogue takes no turn, as it was found; null where it does. Told here, after repeats of an accepted request were answered.</summary>
    public string? Refusal { get; init; }

    public async Task<string?> TryClaimAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (Refusal is not null)
        {
            return Refusal;
        }

        if (Begins is var (kind, settings))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                DialogueSql.Insert, new { Id = DialogueId, ClientId, Kind = kind, Settings = settings }, cancellationToken: cancellationToken));
        }

        var added = await connection.QueryAsync<int>(new CommandDefinition(
            DialogueSql.AddTurn, new { DialogueId, Position, Said, JobId, Replaces }, cancellationToken: cancellationToken));
        return added.Any() ? null : "Another message came at the same time, or it was deleted. Read it again, then send.";
    }
}
