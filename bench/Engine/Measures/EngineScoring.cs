using Pipeline.Inference;

namespace Pipeline.Bench.Engine.Measures;

/// <summary>Label scoring as a worker does it: all texts at once through the engine, their instruction in its prefix cache.</summary>
internal sealed class EngineScoring(ILabelScorer scorer, IReadOnlyList<LabelScoringRequest> requests) : IMeasure
{
    public string Name => "engine.score";

    public string Unit => "texts/s";

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        await scorer.ScoreAsync(requests[0], cancellationToken); // Brings back the prefix if something evicted it.
        return await Stopwatched.RunAsync(async () =>
        {
            LabelScores[] scores = await Task.WhenAll(requests.Select(request => scorer.ScoreAsync(request, cancellationToken)));
            return scores.Length;
        });
    }
}
