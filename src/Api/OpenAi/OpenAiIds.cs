namespace Pipeline.Api.OpenAi;

/// <summary>Ids as OpenAI writes them: what a thing is, then which one.</summary>
internal static class OpenAiIds
{
    public const string File = "file-";
    public const string Batch = "batch_";
    public const string Response = "resp_";
    public const string Message = "msg_";
    public const string FunctionCall = "fc_";

    public static string Of(string prefix, Guid id) => prefix + id;

    public static string? Of(string prefix, Guid? id) => id is { } known ? prefix + known : null;

    /// <summary>Null where it is none of this kind; there is then nothing of that name.</summary>
    public static Guid? Parse(string prefix, string text) =>
        text.StartsWith(prefix, StringComparison.Ordinal) && Guid.TryParseExact(text[prefix.Length..], "D", out var id) ? id : null;
}
