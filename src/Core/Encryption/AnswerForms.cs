namespace Pipeline.Core.Encryption;

/// <summary><c>jobs.answer_form</c>: what a job's answer needs beside input and result.</summary>
internal static class AnswerForms
{
    // As the trigger that writes deliveries asks for it: whoever is answered in this shape is told of it in the same.
    private const string ResponsePrefix = "{\"object\":\"response\"";
    private const string Response = "response";

    /// <summary>As it is to be stored.</summary>
    public static string? Seal(Vault vault, Guid jobId, string? form) =>
        vault.Seal(EncryptedColumn.AnswerForm, jobId, form, word: form is not null && form.StartsWith(ResponsePrefix, StringComparison.Ordinal) ? Response : "");
}
