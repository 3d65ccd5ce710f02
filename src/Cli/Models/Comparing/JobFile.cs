using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Cli.Evaluation;
using Pipeline.Cli.Input;
using Pipeline.Contracts;
using Pipeline.Workers.Inference.Offline;

namespace Pipeline.Cli.Models.Comparing;

/// <summary>The jobs that models are compared by, and what people expect of the answers.</summary>
internal abstract class JobFile(JobKind kind, IReadOnlyList<JsonElement> inputs)
{
    public JobKind Kind => kind;

    /// <summary>One a row, as they would be stored.</summary>
    public IReadOnlyList<JsonElement> Inputs => inputs;

    /// <summary>What models read to be compared by their distributions; none of kinds that classify.</summary>
    public abstract IEnumerable<(IReadOnlyList<ChatMessage> Messages, string Answer)> Texts { get; }

    /// <exception cref="CommandException">No such kind, no such file, or a row that is no such job.</exception>
    public static async Task<JobFile> ReadAsync(string name, string path, CancellationToken cancellationToken)
    {
        var kind = OfflineJobs.Kinds.FirstOrDefault(kind => kind.Name == name)
            ?? throw new CommandException($"Models cannot be compared by kind '{name}' on this machine alone. Take {string.Join(", ", OfflineJobs.Kinds.Select(kind => kind.Name))}, or ./run eval for every kind of a server.");
        if (kind.Name == AnalyzeEmotion.Kind)
        {
            var texts = await JsonLines.ReadAsync(path, InputJson.Default.GoldText, cancellationToken);
            return new LabelledTexts(kind, texts, [.. texts.Select((text, row) => Complete(kind, path, row, JsonSerializer.SerializeToElement(new AnalyzeEmotion { Text = text.Text! }, AnalyzeEmotion.Json)))]);
        }

        var rows = await JsonLines.ReadAsync(path, InputJson.Default.GoldJob, cancellationToken);
        return new WrittenJobs(kind, rows, [.. rows.Select((job, row) => Complete(kind, path, row, job.Input!.Value))]);
    }

    /// <summary>How good answers are.</summary>
    /// <param name="results">One a row; null where there is none.</param>
    /// <param name="first">Those of the first model.</param>
    public abstract QualityFigures Judge(IReadOnlyList<JsonElement?> results, IReadOnlyList<JsonElement?> first);

    /// <param name="sameness">Of two results; null where one is missing.</param>
    protected static double Agreement(IReadOnlyList<JsonElement?> results, IReadOnlyList<JsonElement?> first, Func<JsonElement, JsonElement, bool> sameness) =>
        results.Zip(first, (one, other) => one is { } a && other is { } b && sameness(a, b) ? 1.0 : 0).Average();

    private static JsonElement Complete(JobKind kind, string path, int row, JsonElement input)
    {
        try
        {
            return OfflineJobs.Complete(kind, input);
        }
        catch (Exception exception) when (exception is JsonException or PromptException)
        {
            throw new CommandException($"{path}, row {row + 1}: the input is no {kind.Name}: {exception.Message}");
        }
    }
}

/// <summary>Texts with the emotions that people gave.</summary>
internal sealed class LabelledTexts(JobKind kind, IReadOnlyList<GoldText> texts, IReadOnlyList<JsonElement> inputs) : JobFile(kind, inputs)
{
    private const string Label = "emotion";

    public override IEnumerable<(IReadOnlyList<ChatMessage> Messages, string Answer)> Texts => [];

    public override QualityFigures Judge(IReadOnlyList<JsonElement?> results, IReadOnlyList<JsonElement?> first)
    {
        Prediction[] predictions = [.. texts.Zip(results).Where(pair => pair.Second is not null).Select(pair => Predicted(pair.First, pair.Second!.Value))];
        var figures = predictions is [] ? null : LanguageFigures.Of("all", predictions);
        return new()
        {
            Failed = results.Count(result => result is null),
            Accuracy = figures?.Accuracy,
            MacroF1 = figures?.MacroF1,
            Ece = figures?.CalibrationError,
            Agreement = Agreement(results, first, (one, other) => one.GetProperty(Label).ValueEquals(other.GetProperty(Label).GetString())),
        };
    }

    private static Prediction Predicted(GoldText text, JsonElement result)
    {
        var answer = result.Deserialize(AnalyzeEmotion.ResultJson)!;
        return new(text.GoldFor(answer.Emotion), answer.Emotion, answer.Confidence);
    }
}

/// <summary>Jobs whose model writes.</summary>
internal sealed class WrittenJobs(JobKind kind, IReadOnlyList<GoldJob> rows, IReadOnlyList<JsonElement> inputs) : JobFile(kind, inputs)
{
    private readonly MeasuredKind _measured = new(KindDescription.Of(kind), kind.Measure!);

    public override IEnumerable<(IReadOnlyList<ChatMessage> Messages, string Answer)> Texts => rows.Zip(Inputs, (row, input) => (Messages(input), row.Expected ?? ""));

    public override QualityFigures Judge(IReadOnlyList<JsonElement?> results, IReadOnlyList<JsonElement?> first)
    {
        WrittenAnswer?[] answers = [.. results.Select(result => result is { } json ? _measured.Read(json) : null)];
        var failed = results.Count(result => result is null);
        var figures = GeneratedFigures.Of(Kind.Name, rows, answers, failed);
        return new()
        {
            Failed = failed,
            Valid = figures.Valid,
            Keywords = figures.Keywords,
            Similarity = figures.Similarity,
            ScoreError = figures.ScoreError,
            Agreement = Agreement(results, first, (one, other) => _measured.Read(one) is { } a && a.Text == _measured.Read(other)?.Text),
        };
    }

    private static IReadOnlyList<ChatMessage> Messages(JsonElement input) =>
    [
        .. ResultPath.Find(input, "messages[]").Select(message => new ChatMessage(
            new ChatRole(message.GetProperty("role").GetString()!),
            message.TryGetProperty("content", out var content) ? content.GetString() : null)),
    ];
}
