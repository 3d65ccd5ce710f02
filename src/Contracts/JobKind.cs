using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>A kind of job as the API, the scheduler and the workers see it, without its types.</summary>
public sealed class JobKind
{
    private readonly Func<JsonElement, IJob> _parse;
    private readonly Func<string, string?>? _streamedText;

    private JobKind(string name, JsonTypeInfo inputJson, Func<JsonElement, IJob> parse, Func<string, string?>? streamedText)
    {
        Name = name;
        InputJson = inputJson;
        _parse = parse;
        _streamedText = streamedText;
    }

    public string Name { get; }

    /// <summary>The JSON shape of the input: what the API checks a request against and writes the stored input with.</summary>
    public JsonTypeInfo InputJson { get; }

    /// <summary>Whether the text of its results can be streamed while it is made.</summary>
    public bool IsStreamed => _streamedText is not null;

    /// <summary>Both queues of this kind, the interactive one first.</summary>
    public IReadOnlyList<string> Queues => [Queue(JobPriority.Interactive), Queue(JobPriority.Bulk)];

    public static JobKind Of<TJob, TResult>()
        where TJob : class, IJob<TJob, TResult>
        where TResult : class =>
        new(TJob.Kind, TJob.Json, element => element.Deserialize(TJob.Json) ?? throw new JsonException("The input is null."),
            typeof(IStreamedResult).IsAssignableFrom(typeof(TResult))
                ? resultJson => ((IStreamedResult?)JsonSerializer.Deserialize(resultJson, TJob.ResultJson))?.StreamedText
                : null);

    /// <summary>The queue that a job of this kind and priority waits in.</summary>
    public string Queue(JobPriority priority) => priority is JobPriority.Bulk ? Name + "-bulk" : Name;

    /// <exception cref="JsonException">The element has another shape; <see cref="JsonException.Path"/> names the field.</exception>
    public IJob Parse(JsonElement input) => _parse(input);

    /// <summary>The text of a result that can be streamed while it is made; null for other kinds.</summary>
    public string? StreamedText(string resultJson) => _streamedText?.Invoke(resultJson);
}
