using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>
/// All that is said of a kind of job, without its types: what the API, the scheduler, the workers and the command line ask.
/// Routes, OpenAPI, prompts, evaluation and reports follow from it.
/// </summary>
public abstract class JobKind
{
    private protected JobKind()
    {
    }

    /// <summary>Stored in <c>jobs.kind</c> and part of queue names.</summary>
    public abstract string Name { get; }

    /// <summary>The JSON shape of the input: what the API checks a request against and writes the stored input with.</summary>
    public abstract JsonTypeInfo InputJson { get; }

    public abstract JsonTypeInfo ResultJson { get; }

    /// <summary>The fields of the input that no client may send: those with <see cref="WrittenByApiAttribute"/>.</summary>
    public IReadOnlyList<string> ApiFields => field ??=
    [
        .. InputJson.Properties.Where(property => property.AttributeProvider?.IsDefined(typeof(WrittenByApiAttribute), inherit: true) is true).Select(property => property.Name),
    ];

    /// <summary>Whether the text of its results can be streamed while it is made.</summary>
    public abstract bool IsStreamed { get; }

    /// <summary>A result as documents show it.</summary>
    public abstract string ResultExample { get; }

    /// <summary>The shape of a result without the job around it.</summary>
    public abstract Type ViewType { get; }

    /// <summary>The same as <see cref="ResultExample"/>, without the job around it.</summary>
    public string ViewExample => View(ResultExample);

    /// <summary>What people call it, for example in reports.</summary>
    public required Words Title { get; init; }

    /// <summary>What it does, as the heading of its path: one line in the imperative.</summary>
    public required string Summary { get; init; }

    /// <summary>What a client has to know besides; null: nothing.</summary>
    public string? Description { get; init; }

    /// <summary>The path below <c>/api</c> whose body is the input; null where another path takes it.</summary>
    public string? Route { get; init; }

    /// <summary>The operation id of that path, from which client generators make method names.</summary>
    public string Operation { get => field ?? Name; init; }

    /// <summary>The group of that path in the document.</summary>
    public string Tag { get => field ?? Name; init; }

    /// <summary>Bodies that the path accepts. The first is the sample of a try-out form.</summary>
    public required IReadOnlyList<JobExample> Examples { get; init; }

    /// <summary>The input that a template is tried on; null takes the first example.</summary>
    public string? PromptSample { get; init; }

    /// <summary>The templates that come with the kind. Whoever changes a text raises its version: databases keep what they have of a version.</summary>
    public IReadOnlyList<PromptTemplate> Prompts { get; init; } = [];

    /// <summary>Whether its prompt may come from templates.</summary>
    public bool IsPrompted => typeof(IPrompted).IsAssignableFrom(InputJson.Type);

    /// <summary>The labels that it chooses from; none for kinds that do not classify.</summary>
    public IReadOnlyList<JobLabel> Labels { get; init; } = [];

    /// <summary>The score in its results; null for kinds that give none.</summary>
    public ScoreScale? Score { get; init; }

    /// <summary>What evaluation reads in its results; null where there is nothing to compare.</summary>
    public AnswerMeasure? Measure { get; init; }

    public QueueDefaults QueueDefaults { get; init; } = new();

    internal const string BulkSuffix = "-bulk";

    /// <summary>Both queues of this kind, the interactive one first.</summary>
    public IReadOnlyList<string> Queues => [Queue(JobPriority.Interactive), Queue(JobPriority.Bulk)];

    /// <summary>The queue that a job of this kind and priority waits in.</summary>
    public string Queue(JobPriority priority) => priority is JobPriority.Bulk ? Name + BulkSuffix : Name;

    /// <summary>The name of the kind whose jobs wait in a queue.</summary>
    public static string OfQueue(string queue) => queue.EndsWith(BulkSuffix, StringComparison.Ordinal) ? queue[..^BulkSuffix.Length] : queue;

    /// <exception cref="JsonException">The element has another shape; <see cref="JsonException.Path"/> names the field.</exception>
    public abstract IJob Parse(JsonElement input);

    /// <summary>The text of a result that can be streamed while it is made; null for other kinds.</summary>
    public abstract string? StreamedText(string resultJson);

    /// <summary>A result as JSON for a client that wants no job around it.</summary>
    public abstract string View(string resultJson);
}

/// <summary>All that is said of a kind of job; one stands in the folder of each contract.</summary>
public sealed class JobKind<TJob, TResult> : JobKind
    where TJob : class, IJob<TJob, TResult>
    where TResult : class
{
    public override string Name => TJob.Kind;

    public override JsonTypeInfo InputJson => TJob.Json;

    public override JsonTypeInfo ResultJson => TJob.ResultJson;

    public override bool IsStreamed => typeof(IStreamedResult).IsAssignableFrom(typeof(TResult));

    public override string ResultExample => JsonSerializer.Serialize(ResultSample, TJob.ResultJson);

    /// <summary>What such a job answers, for readers of the documents.</summary>
    public required TResult ResultSample { get; init; }

    /// <summary>What a client gets that wants no job around the result; null: the result as it is.</summary>
    public ResultView<TResult>? BareView { get; init; }

    public override Type ViewType => BareView?.Json.Type ?? typeof(TResult);

    public override IJob Parse(JsonElement input) => input.Deserialize(TJob.Json) ?? throw new JsonException("The input is null.");

    public override string? StreamedText(string resultJson) =>
        IsStreamed ? ((IStreamedResult?)(object?)JsonSerializer.Deserialize(resultJson, TJob.ResultJson))?.StreamedText : null;

    public override string View(string resultJson) =>
        BareView is { } view ? view.Write(JsonSerializer.Deserialize(resultJson, TJob.ResultJson) ?? throw new JsonException("The result is null.")) : resultJson;
}
