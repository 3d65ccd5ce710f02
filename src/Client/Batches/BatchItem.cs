using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Client;

/// <summary>A job of a batch; a batch may have jobs of several kinds.</summary>
public sealed record BatchItem
{
    private readonly string _kind;
    private readonly Action<Utf8JsonWriter> _input;

    private BatchItem(string kind, Action<Utf8JsonWriter> input, string? key)
    {
        _kind = kind;
        _input = input;
        Key = key;
    }

    /// <summary>A name of yours that comes back with the result; it need not be unique.</summary>
    public string? Key { get; }

    /// <summary>Whom it is done for: 1 to 200 characters of your own.</summary>
    public string? User { get; init; }

    public static BatchItem Of<TJob, TResult>(IJob<TJob, TResult> input, string? key)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class =>
        new(TJob.Kind, writer => JsonSerializer.Serialize(writer, (TJob)input, TJob.Json), key);

    /// <summary>One of a kind whose contract the program does not have.</summary>
    public static BatchItem Of(string kind, JsonElement input, string? key) => new(kind, input.WriteTo, key);

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", _kind);
        writer.WritePropertyName("input");
        _input(writer);
        if (Key is not null)
        {
            writer.WriteString("key", Key);
        }

        if (User is not null)
        {
            writer.WriteString("user", User);
        }

        writer.WriteEndObject();
    }
}
