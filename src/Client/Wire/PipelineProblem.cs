using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Client;

/// <summary>A failure as the server tells it: an RFC 9457 problem document.</summary>
public sealed record PipelineProblem
{
    /// <summary>What every <see cref="Type"/> begins with.</summary>
    private const string Prefix = "urn:pipeline:problem:";

    /// <summary>A stable identifier, such as <c>urn:pipeline:problem:queue-full</c>.</summary>
    public string? Type { get; init; }

    public string? Title { get; init; }

    /// <summary>What is wrong this time, the current value, and what to change.</summary>
    public string? Detail { get; init; }

    /// <summary>For invalid input: the messages of each field.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }

    /// <summary>The end of the type, to be compared: <c>queue-full</c>.</summary>
    [JsonIgnore]
    public string? Name => Type?.StartsWith(Prefix, StringComparison.Ordinal) is true ? Type[Prefix.Length..] : null;

    /// <summary>Null where the body is none: something between here and the server may have answered.</summary>
    internal static PipelineProblem? Read(MediaTypeHeaderValue? type, string body)
    {
        try
        {
            return type?.MediaType is "application/problem+json" ? JsonSerializer.Deserialize(body, ClientJson.Default.PipelineProblem) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>In sentences for a person; every field that is wrong on a line of its own.</summary>
    internal string Describe()
    {
        var text = new StringBuilder(Title).Append('.');
        if (Detail is not null)
        {
            text.Append(' ').Append(Detail);
        }

        // A single message is the detail already.
        if (Errors is { } errors && errors.Values.Sum(messages => messages.Count) > 1)
        {
            foreach (var (field, messages) in errors)
            {
                text.AppendLine().Append("  ").Append(field).Append(' ').AppendJoin(' ', messages);
            }
        }

        return text.ToString();
    }
}
