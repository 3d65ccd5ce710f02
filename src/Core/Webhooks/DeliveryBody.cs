using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Core.Encryption;

namespace Pipeline.Core.Webhooks;

/// <summary>
/// <c>webhook_deliveries.payload</c>: written by the statement that ends a job, which has no key. Where result and error of the job are
/// encrypted, they stand in it as they stand in the row.
/// </summary>
internal static class DeliveryBody
{
    /// <summary>As it is sent: the same in every attempt.</summary>
    /// <param name="jobId">Whose error it tells; null: it is about no job.</param>
    /// <param name="resultOf">The job that computed the result.</param>
    /// <exception cref="UndecryptableException">It cannot be decrypted.</exception>
    public static string Open(Vault vault, Guid? jobId, Guid? resultOf, string payload)
    {
        // Nothing that is encrypted, or would be taken for it.
        if (jobId is not { } job || !payload.Contains("\"pse", StringComparison.Ordinal))
        {
            return payload;
        }

        var utf8 = Encoding.UTF8.GetBytes(payload);
        StringBuilder body = new();
        var written = 0;
        Utf8JsonReader reader = new(utf8);
        var (section, name) = ("", "");
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName)
            {
                name = reader.GetString()!;
                section = reader.CurrentDepth is 2 ? name : section;
            }
            else if (reader is { TokenType: JsonTokenType.String, CurrentDepth: 2 } && section is "result")
            {
                Replace(vault.Open(EncryptedColumn.Result, resultOf ?? job, $"\"{reader.GetString()}\""), reader);
            }
            else if (reader is { TokenType: JsonTokenType.String, CurrentDepth: 3 } && section is "error" && name is "message")
            {
                Replace($"\"{JsonEncodedText.Encode(vault.Open(EncryptedColumn.Error, job, reader.GetString()!), JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"", reader);
            }
        }

        return body.Append(Encoding.UTF8.GetString(utf8.AsSpan(written))).ToString();

        void Replace(string with, in Utf8JsonReader at)
        {
            body.Append(Encoding.UTF8.GetString(utf8.AsSpan(written, (int)at.TokenStartIndex - written))).Append(with);
            written = (int)at.BytesConsumed;
        }
    }
}
