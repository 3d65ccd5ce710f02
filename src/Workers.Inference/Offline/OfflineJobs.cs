using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Hosting;
using Pipeline.Inference;
using Pipeline.Inference.LLamaSharp.LoaderProcess;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Offline;

/// <summary>
/// Does jobs of one kind with one model file in this process, by the handlers and prompts of a worker, and without database, broker and
/// cache: so that programs can compare models by what jobs would get. Safe from any thread.
/// </summary>
public sealed class OfflineJobs : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly JobKind _kind;
    private readonly JobHandlers _handlers;

    private OfflineJobs(IHost host, JobKind kind) => (_host, _kind, _handlers) = (host, kind, host.Services.GetRequiredService<JobHandlers>());

    /// <summary>Kinds that ask a language model once; a report of an interview asks it often, and keeps steps in a database.</summary>
    public static IReadOnlyList<JobKind> Kinds { get; } = [AnalyzeEmotion.Descriptor, CompleteChat.Descriptor, GiveFeedback.Descriptor, StepInterview.Descriptor];

    /// <summary>Loads nothing yet.</summary>
    /// <param name="settings">Sections Inference and Kinds count; which models there are does not.</param>
    /// <param name="kind">One of <see cref="Kinds"/>. It answers without chance, where the input does not say otherwise.</param>
    /// <param name="modelPath">GGUF file.</param>
    /// <exception cref="InferenceException">The file is damaged, or too large for the memory that models may take.</exception>
    public static OfflineJobs Open(IConfiguration settings, JobKind kind, string modelPath)
    {
        var section = GenerationOptions.SectionOf(kind.Name);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(
        [
            .. settings.GetSection(InferenceOptions.Section).AsEnumerable(),
            .. settings.GetSection(section).AsEnumerable(),
            new($"{InferenceOptions.Section}:{nameof(InferenceOptions.Backend)}", nameof(InferenceBackend.Local)),
            new($"{LoaderProcessOptions.Section}:{nameof(LoaderProcessOptions.Enabled)}", "false"), // Nobody else's jobs run here, and loading is measured.
            new($"{section}:Model", Path.GetFullPath(modelPath)),
            .. kind.Labels is [] ? [new($"{section}:Temperature", "0")] : Array.Empty<KeyValuePair<string, string?>>(),
        ]);
        builder.AddPipeline(pipeline => pipeline.AddInferenceWorker());
        builder.Logging.ClearProviders();
        var host = builder.Build();
        host.Services.GetRequiredService<LocalModels>().Define(host.Services.GetRequiredService<ServedModels>().Of(kind.Name).First());
        return new(host, kind);
    }

    /// <summary>The input as it would be stored: checked, and with its prompt written out.</summary>
    /// <param name="input">As a client would send it.</param>
    /// <exception cref="JsonException">It has another shape, or a field is wrong; the message says which.</exception>
    public static JsonElement Complete(JobKind kind, JsonElement input)
    {
        var job = kind.Parse(input);
        if (job.Validate(new()).FirstOrDefault() is { Field: not null } problem)
        {
            throw new JsonException($"{problem.Field} {problem.Message}");
        }

        return JsonSerializer.SerializeToElement(job is IPrompted prompted ? Written(kind, prompted) : job, kind.InputJson);
    }

    /// <summary>Does a job.</summary>
    /// <param name="input">From <see cref="Complete"/>.</param>
    /// <returns>The result as JSON; null where the model gave none.</returns>
    /// <exception cref="InferenceException">The model cannot be loaded or asked.</exception>
    public async Task<JsonElement?> DoAsync(JsonElement input, CancellationToken cancellationToken)
    {
        JobContext context = new() { JobId = Guid.CreateVersion7(), Attempt = 1, Priority = JobPriority.Bulk, Queued = TimeSpan.Zero };
        var outcome = await _handlers.DoAsync(_host.Services, _kind.Name, input.GetRawText(), context, cancellationToken);
        return outcome is JobOutcome.Succeeded succeeded ? JsonElement.Parse(succeeded.ResultJson) : null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.Services.GetRequiredService<LocalModels>().DisposeAsync(); // Some of the host's services can only be disposed so.
        _host.Dispose();
    }

    /// <summary>With the templates that come with the kind; those of a database are not at hand.</summary>
    private static IJob Written(JobKind kind, IPrompted job) => job.WithPrompts([.. job.Prompts.Select(choice =>
        Find(kind, choice, choice.Language ?? TextLanguage.English)
        ?? (choice.IsGuess ? kind.Prompts.FirstOrDefault(template => template.Name == NameOf(choice)) : null)
        ?? throw new JsonException($"prompt is {NameOf(choice)}, which does not come with the kind. It has {string.Join(", ", kind.Prompts.Select(template => template.Name).Distinct())}."))]);

    private static PromptTemplate? Find(JobKind kind, PromptChoice choice, string language) =>
        kind.Prompts.FirstOrDefault(template => template.Kind == choice.Kind && template.Name == NameOf(choice) && template.Language == language);

    private static string NameOf(PromptChoice choice) => choice.Name ?? PromptTemplate.DefaultName;
}
