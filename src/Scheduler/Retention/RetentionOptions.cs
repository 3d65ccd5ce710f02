using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Scheduler.Retention;

/// <summary>How long finished work is kept. Section <c>Retention</c>.</summary>
public sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>
    /// Age from which finished jobs are deleted, inputs included, and results too unless <see cref="Results"/> keeps them longer. Days of acceptance (UTC) go as a whole, so up to a
    /// day later, and only when their last job ended that long ago. 1 day to 10 years, default 30 days.
    /// </summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan Jobs { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Age from which results are deleted as well. Between the two ages a job that succeeded keeps its row and result, without
    /// its input. <see cref="Jobs"/> to 10 years; default: as <see cref="Jobs"/>.
    /// </summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan? Results { get; init; }

    /// <summary>Age from which an idempotency key may be used for something else. 1 h to 1 year, default 2 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan IdempotencyKeys { get; init; } = TimeSpan.FromDays(2);

    /// <summary>
    /// Age from which finished webhook deliveries are deleted and can no longer be replayed; <see cref="Jobs"/> where that is shorter, since
    /// a delivery that outlives its job belongs to no user that could be erased. 1 h to 10 years, default 7 days.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan WebhookDeliveries { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Age from which activity reports are deleted. 1 day to 100 years, default 400 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36500.00:00:00")]
    public TimeSpan ActivityReports { get; init; } = TimeSpan.FromDays(400);

    /// <summary>
    /// Age, since the last message, from which conversations and interviews are deleted. 1 day to 100 years; default: never, they are
    /// their client's to delete.
    /// </summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36500.00:00:00")]
    public TimeSpan? Conversations { get; init; }

    /// <summary>Age from which documents are deleted, with their chunks and vectors. 1 day to 100 years; default: never, they are their client's to delete.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36500.00:00:00")]
    public TimeSpan? Documents { get; init; }

    /// <summary>Age from which entries of the audit, and actions on many jobs that have ended, are deleted. 1 day to 100 years, default 730 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36500.00:00:00")]
    public TimeSpan Audit { get; init; } = TimeSpan.FromDays(730);

    /// <summary>Age from which sums of usage are deleted. 32 days to 100 years, default 1,100 days.</summary>
    [Range(typeof(TimeSpan), "32.00:00:00", "36500.00:00:00")]
    public TimeSpan Usage { get; init; } = TimeSpan.FromDays(1_100);

    /// <summary>
    /// Time after its revocation at which a client is erased as with <c>./run keys erase</c>; until then a key can be added for the same
    /// client. 1 day to 100 years, default 400 days.
    /// </summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36500.00:00:00")]
    public TimeSpan RevokedClients { get; init; } = TimeSpan.FromDays(400);

    /// <summary>Rows deleted in one transaction. 1 to 10,000, default 1,000.</summary>
    [Range(1, 10_000)]
    public int GroupMax { get; init; } = 1_000;
}

[OptionsValidator]
internal sealed partial class RetentionOptionsValidator : IValidateOptions<RetentionOptions>;

internal sealed class RetentionRules : IValidateOptions<RetentionOptions>
{
    public ValidateOptionsResult Validate(string? name, RetentionOptions options)
    {
        // A key answers with the jobs it made: it must not outlive them.
        if (options.IdempotencyKeys > options.Jobs)
        {
            return ValidateOptionsResult.Fail(
                $"Retention:IdempotencyKeys is {options.IdempotencyKeys} and Retention:Jobs is {options.Jobs}; keys must not outlive their jobs. Lower the first or raise the second.");
        }

        return options.Results < options.Jobs
            ? ValidateOptionsResult.Fail($"Retention:Results is {options.Results} and Retention:Jobs is {options.Jobs}; a job is not kept without its result. Raise the first or lower the second.")
            : ValidateOptionsResult.Success;
    }
}
