namespace Pipeline.Core.Encryption;

/// <summary>A column whose values are encrypted where encryption is on. The name is a part of what binds a value to its place: never rename one.</summary>
/// <param name="IsJson">A value stands in it as a JSON string.</param>
internal sealed record EncryptedColumn(string Name, bool IsJson)
{
    /// <summary>Of a job.</summary>
    public static readonly EncryptedColumn Input = new("jobs.input", IsJson: true);

    /// <summary>Of the job that computed it: one that was answered from the cache has that of another, and messages and reports keep those of theirs.</summary>
    public static readonly EncryptedColumn Result = new("jobs.result", IsJson: true);

    /// <summary>Of a job and of its attempts.</summary>
    public static readonly EncryptedColumn Error = new("jobs.error", IsJson: false);

    public static readonly EncryptedColumn AnswerForm = new("jobs.answer_form", IsJson: false);

    /// <summary>Of a job and a step.</summary>
    public static readonly EncryptedColumn Step = new("job_steps.result", IsJson: true);

    /// <summary>Of a conversation.</summary>
    public static readonly EncryptedColumn Settings = new("conversations.settings", IsJson: true);

    /// <summary>Of the job that answers the message.</summary>
    public static readonly EncryptedColumn Content = new("conversation_messages.content", IsJson: false);

    /// <summary>Of a job.</summary>
    public static readonly EncryptedColumn ResponseInput = new("responses.input", IsJson: true);

    /// <summary>Of a batch and a line.</summary>
    public static readonly EncryptedColumn LineMessage = new("file_batch_errors.message", IsJson: false);

    /// <summary>Of a batch.</summary>
    public static readonly EncryptedColumn BatchError = new("file_batches.error", IsJson: false);

    /// <summary>Of a file and a piece.</summary>
    public static readonly EncryptedColumn FileChunk = new("file_chunks.data", IsJson: false);

    /// <summary>Of a delivery.</summary>
    public static readonly EncryptedColumn Reply = new("webhook_deliveries.response", IsJson: false);

    /// <summary>Of a secret.</summary>
    public static readonly EncryptedColumn WebhookSecret = new("webhook_secrets.secret", IsJson: false);
}
