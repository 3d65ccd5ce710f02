using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Cli.Evaluation;

/// <summary>A kind whose answers have no label, and how its results are read: as the server describes it.</summary>
internal sealed class MeasuredKind(KindDescription kind, AnswerMeasure measure)
{
    private const int ScoreMax = 10;
    private const double LengthTolerance = 1e-3;

    public string Name => kind.Kind;

    /// <summary>Null where the result is not what the contract says.</summary>
    public WrittenAnswer? Read(JsonElement result) => !ResultShape.Fits(kind.ResultSchema, result) || !Vectors(result).All(vector => IsUnit(vector, result))
        ? null
        : new(
            string.Join(' ', measure.Texts.SelectMany(path => ResultPath.Find(result, path)).Select(text => text.ToString())),
            kind.Score is { } scale && Number(result, scale.Field) is { } score ? score * ScoreMax / scale.Max : null,
            ResultPath.Find(result, "model").Select(model => model.ToString()).FirstOrDefault() ?? "unknown",
            (int)(Number(result, measure.Vectors is null ? "usage.completion_tokens" : "usage.prompt_tokens") ?? 0),
            TimeSpan.FromMilliseconds(Number(result, "timings.running_ms") ?? 0));

    private IEnumerable<JsonElement> Vectors(JsonElement result) => measure.Vectors is { } path ? ResultPath.Find(result, path) : [];

    private bool IsUnit(JsonElement vector, JsonElement result) =>
        (measure.Dimensions is not { } path || Number(result, path) == vector.GetArrayLength())
        && Math.Abs(vector.EnumerateArray().Sum(number => number.GetDouble() * number.GetDouble()) - 1) < LengthTolerance;

    private static double? Number(JsonElement result, string path) =>
        ResultPath.Find(result, path).FirstOrDefault() is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;
}

/// <param name="Score">Out of 10; null for kinds that give none.</param>
/// <param name="Tokens">That the model wrote; of embeddings, that it read.</param>
internal sealed record WrittenAnswer(string Text, double? Score, string Model, int Tokens, TimeSpan Took);
