using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Pipeline.Api.Jobs;

/// <summary>
/// What makes two requests the same under one idempotency key. Over meaning, not bytes: spacing, field order and
/// defaults spelled out do not matter; <c>Prefer</c> does not either, as it changes only the answer.
/// </summary>
internal static class RequestHash
{
    public static byte[] Of(HttpRequest request, JobDraft draft, TimeSpan? cancelAfter, string? callback, bool cache, Deadline? deadline, string? user, Guid? resubmittedFrom)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(request.Method);
            writer.WriteStringValue(request.Path);
            writer.WriteStringValue(draft.Kind.Name);
            writer.WriteStringValue(JobPriorityWords.Of(draft.Priority));
            writer.WriteStringValue(draft.ExpiresAt?.ToString("O", CultureInfo.InvariantCulture));
            // The wish itself: the time it leads to differs in every repeat.
            writer.WriteNumberValue(cancelAfter?.TotalSeconds ?? 0);
            writer.WriteBooleanValue(draft.IsList);
            if (draft.Identity is { } identity)
            {
                writer.WriteStringValue(identity);
            }

            foreach (var input in draft.Identity is null ? draft.Inputs : [])
            {
                JsonSerializer.Serialize(writer, input, draft.Kind.InputJson);
            }

            // Only where they differ from the default: keys from before there were these stay good.
            if (callback is not null)
            {
                writer.WriteStringValue(callback);
            }

            if (!cache)
            {
                writer.WriteBooleanValue(cache);
            }

            if (deadline is not null)
            {
                writer.WriteStringValue($"deadline {deadline.Wish}");
            }

            if (user is not null)
            {
                writer.WriteStringValue($"user {user}");
            }

            if (resubmittedFrom is { } origin)
            {
                writer.WriteStringValue($"resubmitted_from {origin}");
            }

            writer.WriteEndArray();
        }

        return SHA256.HashData(buffer.WrittenSpan);
    }
}
