using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Contracts;

namespace Pipeline.Client.Wire;

/// <summary>Bodies of requests about documents. What is the default is left out.</summary>
internal static class DocumentBody
{
    public static byte[] Of(NewDocument document) => JsonBody.Write(writer =>
    {
        writer.WriteString("text", document.Text);
        writer.WriteString("format", document.Format);
        WriteText(writer, "title", document.Title);
        WriteObject(writer, "metadata", document.Metadata);
        if (document.Priority is JobPriority.Interactive)
        {
            writer.WriteString("priority", "interactive"); // Documents are bulk otherwise.
        }

        if (document.ExpiresAt is { } expiry)
        {
            writer.WriteString("expires_at", expiry);
        }

        WriteText(writer, "user", document.User);
    });

    /// <summary>A form, made anew for each try.</summary>
    public static MultipartFormDataContent Of(NewFile file)
    {
        MultipartFormDataContent form = [];
        Add("title", file.Title);
        Add("metadata", file.Metadata?.ToJsonString());
        Add("priority", file.Priority is JobPriority.Interactive ? "interactive" : null);
        Add("expires_at", file.ExpiresAt?.ToString("O", CultureInfo.InvariantCulture));
        Add("user", file.User);
        form.Add(new ReadOnlyMemoryContent(file.Content), "file", file.Name);
        return form;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                form.Add(new StringContent(value), name);
            }
        }
    }

    public static byte[] Of(DocumentQuery query) => JsonBody.Write(writer =>
    {
        writer.WriteString("query", query.Text);
        WriteNumber(writer, "k", query.ResultsMax);
        WriteNumber(writer, "per_document", query.PerDocumentMax);
        WriteObject(writer, "filter", query.Filter);
        WriteText(writer, "mode", query.Mode);
    });

    public static byte[] Of(DocumentQuestion question) => JsonBody.Write(writer =>
    {
        writer.WriteString("question", question.Text);
        WriteNumber(writer, "k", question.SourcesMax);
        WriteNumber(writer, "max_tokens", question.TokensMax);
        WriteObject(writer, "filter", question.Filter);
        if (question.Priority is JobPriority.Bulk)
        {
            writer.WriteString("priority", "bulk");
        }

        if (question.ExpiresAt is { } expiry)
        {
            writer.WriteString("expires_at", expiry);
        }
    });

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, int? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, string name, JsonObject? value)
    {
        if (value is not null)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }
}
