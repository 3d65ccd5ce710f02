using Pipeline.Core.Encryption;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Responses;

/// <summary>A stored answer: a row of <c>responses</c> with its job.</summary>
public sealed record StoredResponse : Job
{
    public Guid? PreviousId { get; init; }

    /// <summary>What the client added, as JSON text.</summary>
    public required string Input { get; init; }

    /// <summary>How it was asked for, as whoever accepted it wrote it.</summary>
    public required string AnswerForm { get; init; }

    /// <exception cref="UndecryptableException">What it was asked cannot be decrypted.</exception>
    private protected override Job Opened(Vault vault) => base.Opened(vault) is StoredResponse opened ? opened with
    {
        Input = vault.Open(EncryptedColumn.ResponseInput, Id, Input),
        AnswerForm = vault.Open(EncryptedColumn.AnswerForm, Id, AnswerForm),
    }
    : this;
}

/// <summary>A step on the way to an answer: what the client said, and what it was answered.</summary>
public sealed record EarlierResponse : IEncryptedRow
{
    public required Guid Id { get; init; }

    /// <summary>What it went on from; of the oldest one, an answer that is gone.</summary>
    public Guid? PreviousId { get; init; }

    /// <summary>As JSON text.</summary>
    public required string Input { get; init; }

    /// <summary>A value of <see cref="Contracts.JobState"/>; null where retention has deleted the job.</summary>
    public string? State { get; init; }

    public string? Result { get; init; }

    /// <exception cref="UndecryptableException">Whoever goes on from it must not go on without it.</exception>
    IEncryptedRow IEncryptedRow.Opened(Vault vault) => this with
    {
        Input = vault.Open(EncryptedColumn.ResponseInput, Id, Input),
        Result = vault.Open(EncryptedColumn.Result, Id, Result),
    };
}

/// <summary>What a response answered.</summary>
/// <param name="Result">As JSON text.</param>
public sealed record StoredAnswer(Guid Id, string Result) : IEncryptedRow
{
    /// <exception cref="UndecryptableException">Whoever refers to it must not go on without it.</exception>
    IEncryptedRow IEncryptedRow.Opened(Vault vault) => this with { Result = vault.Open(EncryptedColumn.Result, Id, Result) };
}
