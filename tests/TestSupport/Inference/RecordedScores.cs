using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Inference;
using Shouldly;
using Pipeline.TestSupport.Services;

namespace Pipeline.TestSupport.Inference;

/// <summary>
/// What the small model thinks of a dozen texts, on record in emotion-scores.json, so that another native library that computes
/// otherwise is noticed. After the model changed, run this test
/// with PIPELINE_RECORD_SCORES=true and commit the file.
/// </summary>
public static class RecordedScores
{
    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] _texts =
    [
        "I finally got the job, best day of my life!", "She left without a word and I cannot stop crying.", "How dare you talk to me like that!",
        "The meeting is at three in room four.", "There is somebody in the house, I am scared.", "Wow, I did not see that coming at all.",
        "오늘 정말 행복해요.", "너무 화가 나서 참을 수가 없어.", "혼자 있으니까 무서워.", "회의는 세 시에 시작합니다.", "헐 진짜? 전혀 몰랐어!", "내일 여행 간다! 너무 기대돼!",
    ];

    private const string Remedy = "If the model changed, run this test once with PIPELINE_RECORD_SCORES=true and commit emotion-scores.json.";

    private static string RecordPath => Path.Combine(RepositoryFiles.Path("tests", "TestSupport", "Inference"), "emotion-scores.json");

    /// <summary>Compares a scorer with the record; gives the largest difference in log-probability.</summary>
    public static async Task<double> CheckAsync(ILabelScorer scorer, double tolerance, CancellationToken cancellationToken)
    {
        LabelScores[] scores = await Task.WhenAll(_texts.Select(text => scorer.ScoreAsync(EmotionPrompt.For(text), cancellationToken)));
        if (Environment.GetEnvironmentVariable("PIPELINE_RECORD_SCORES") == "true")
        {
            Dictionary<string, double[]> record = new(_texts.Zip(scores, (text, score) => KeyValuePair.Create(text, LogProbabilities(score))));
            await File.WriteAllTextAsync(RecordPath, JsonSerializer.Serialize(record, _json) + "\n", cancellationToken);
        }

        Dictionary<string, double[]> known = JsonSerializer.Deserialize<Dictionary<string, double[]>>(
            await File.ReadAllTextAsync(RecordPath, cancellationToken))!;
        double worst = 0;
        for (int i = 0; i < _texts.Length; i++)
        {
            double[] actual = LogProbabilities(scores[i]);
            double[] expected = known[_texts[i]];
            Array.IndexOf(actual, actual.Max()).ShouldBe(Array.IndexOf(expected, expected.Max()), $"{_texts[i]} {Remedy}");
            worst = Math.Max(worst, actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max());
        }

        worst.ShouldBeLessThan(tolerance, Remedy);
        return worst;
    }

    private static double[] LogProbabilities(LabelScores scores) => [.. scores.Labels.Select(label => Math.Round(label.LogProbability, 4))];
}
