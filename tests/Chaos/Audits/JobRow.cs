using Dapper;
using Npgsql;

namespace Pipeline.Chaos.Audits;

/// <summary>A job as the database has it in the end.</summary>
internal sealed record JobRow
{
    private const string All = """
        select id, batch_id as BatchId, batch_index as BatchIndex, state, attempt, error_code as ErrorCode, error,
               input->>'text' as Text, (result->>'length')::int as Length
          from jobs
        """;

    public required Guid Id { get; init; }

    public Guid? BatchId { get; init; }

    public int? BatchIndex { get; init; }

    public required string State { get; init; }

    public required int Attempt { get; init; }

    public string? ErrorCode { get; init; }

    public string? Error { get; init; }

    public required string Text { get; init; }

    /// <summary>What the worker answered: how long the text is.</summary>
    public int? Length { get; init; }

    public bool IsFinal => State is not ("queued" or "running");

    /// <summary>Two workers died while they ran it; failing it then is what the pipeline promises.</summary>
    public bool IsQuarantined => State is "failed" && ErrorCode is "quarantined";

    public bool HasItsResult => State is "succeeded" && Length == Text.Length;

    public static async Task<IReadOnlyList<JobRow>> ReadAsync(NpgsqlConnection database, CancellationToken cancellationToken) =>
        (await database.QueryAsync<JobRow>(new CommandDefinition(All, cancellationToken: cancellationToken))).AsList();

    public override string ToString() =>
        $"{Id} {State} attempt {Attempt}{(ErrorCode is null ? "" : $" {ErrorCode}: {Error}")} '{Text[..Math.Min(Text.Length, 40)]}'";
}
