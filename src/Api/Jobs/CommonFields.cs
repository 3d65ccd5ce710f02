using System.Globalization;
using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Contracts;
using Pipeline.Core.Webhooks;

namespace Pipeline.Api.Jobs;

/// <summary>The fields that every submission may carry, whatever its kind.</summary>
internal static class CommonFields
{
    public const string Priority = "priority";
    public const string ExpiresAt = "expires_at";

    /// <summary>Of kinds whose text can be streamed: answers with events instead of the job.</summary>
    public const string Stream = "stream";
    public const string CallbackUrl = "callback_url";
    public const string Cache = "cache";

    public const string Deadline = "deadline";
    public const string ResubmittedFrom = "resubmitted_from";

    /// <param name="otherwise">What a request means that names none.</param>
    public static JobPriority TakePriority(BodyFields fields, JobPriority otherwise = JobPriority.Interactive)
    {
        if (fields.Take(Priority, JsonValueKind.String, required: false)?.GetString() is not { } word)
        {
            return otherwise;
        }

        if (JobPriorityWords.Parse(word) is { } priority)
        {
            return priority;
        }

        fields.Errors.Add(Priority, $"is \"{word}\": send \"{JobPriorityWords.Interactive}\" or \"{JobPriorityWords.Bulk}\".");
        return otherwise;
    }

    /// <summary>False where the client wants its result computed, whatever is known.</summary>
    public static bool TakeCache(BodyFields fields) => fields.TakeBoolean(Cache) ?? true;

    /// <summary>The URL as it will be called; whether its client can be called there at all, the database says.</summary>
    public static string? TakeCallbackUrl(BodyFields fields, TargetRule targets)
    {
        if (fields.Take(CallbackUrl, JsonValueKind.String, required: false)?.GetString() is not { } text)
        {
            return null;
        }

        if (targets.Fault(text) is { } fault)
        {
            fields.Errors.Add(CallbackUrl, fault);
            return null;
        }

        return new Uri(text).AbsoluteUri;
    }

    /// <summary>The job that this one repeats; whether its client has it, the database says.</summary>
    public static Guid? TakeResubmittedFrom(BodyFields fields) =>
        fields.Take(ResubmittedFrom, JsonValueKind.String, required: false)?.GetString() is { } id ? JobIds.Parse(id, fields.Errors, ResubmittedFrom) : null;

    /// <summary>When the client would like to have the result.</summary>
    public static Deadline? TakeDeadline(BodyFields fields, DateTimeOffset now, TimeSpan max) =>
        fields.Take(Deadline, JsonValueKind.String, required: false)?.GetString() is { } text ? Jobs.Deadline.Read(text, Deadline, now, max, fields.Errors) : null;

    /// <param name="limit">What sets <paramref name="expiryMax"/>.</param>
    public static DateTimeOffset? TakeExpiresAt(BodyFields fields, DateTimeOffset now, TimeSpan expiryMax, string limit = "Api:ExpiryMax")
    {
        if (TakeTime(fields, ExpiresAt) is not { } time)
        {
            return null;
        }

        if (time <= now)
        {
            fields.Errors.Add(ExpiresAt, $"is {Show(time)}, which is not after now ({Show(now)}). Send a later time.");
        }
        else if (time - now > expiryMax)
        {
            fields.Errors.Add(ExpiresAt, $"is {Show(time)}, further ahead than {expiryMax:c} ({limit}). Send an earlier time.");
        }
        else
        {
            return time;
        }

        return null;

        static string Show(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>A moment, in UTC; null where there is none, or it is not written as one, which is reported.</summary>
    public static DateTimeOffset? TakeTime(BodyFields fields, string name)
    {
        if (fields.Take(name, JsonValueKind.String, required: false)?.GetString() is not { } text)
        {
            return null;
        }

        if (Rfc3339.Parse(text) is { } time)
        {
            return time;
        }

        fields.Errors.Add(name, $"is \"{text}\": send an RFC 3339 time with an offset, for example 2030-01-31T12:00:00Z.");
        return null;
    }
}
