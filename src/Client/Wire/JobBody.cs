using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Client.Wire;

/// <summary>Bodies of submissions.</summary>
internal static class JobBody
{
    /// <summary><c>{"kind","input"}</c>, which every kind takes.</summary>
    public static byte[] Of<TJob, TResult>(TJob input, JobOptions options)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class => JsonBody.Write(writer =>
        {
            writer.WriteString("kind", TJob.Kind);
            writer.WritePropertyName("input");
            JsonSerializer.Serialize(writer, input, TJob.Json);
            WriteOptions(writer, options);
        });

    /// <summary>The input itself, as the path of its kind takes it, to be streamed.</summary>
    public static byte[] OfStream<TJob, TResult>(TJob input, JobOptions options)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class => JsonBody.Write(writer =>
        {
            foreach (var field in JsonSerializer.SerializeToElement(input, TJob.Json).EnumerateObject())
            {
                field.WriteTo(writer);
            }

            writer.WriteBoolean("stream", true);
            WriteOptions(writer, options);
        });

    /// <summary>One text or several for <c>POST /api/emotion</c>.</summary>
    public static byte[] OfTexts(IReadOnlyList<string> texts, JobOptions options) => JsonBody.Write(writer =>
    {
        if (texts is [var text])
        {
            writer.WriteString("text", text);
        }
        else
        {
            writer.WriteStartArray("texts");
            foreach (var one in texts)
            {
                writer.WriteStringValue(one);
            }

            writer.WriteEndArray();
        }

        WriteOptions(writer, options);
    });

    // What is the default is left out.
    private static void WriteOptions(Utf8JsonWriter writer, JobOptions options)
    {
        if (options.Priority is JobPriority.Bulk)
        {
            writer.WriteString("priority", "bulk");
        }

        if (options.ExpiresAt is { } expiry)
        {
            writer.WriteString("expires_at", expiry);
        }

        if (options.Deadline is { } deadline)
        {
            writer.WriteString("deadline", deadline);
        }

        if (options.User is { } user)
        {
            writer.WriteString("user", user);
        }

        if (options.CallbackUrl is { } callback)
        {
            writer.WriteString("callback_url", callback.AbsoluteUri);
        }

        if (!options.Cache)
        {
            writer.WriteBoolean("cache", false);
        }
    }
}
