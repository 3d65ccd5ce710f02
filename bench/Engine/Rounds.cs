using System.Globalization;
using Pipeline.Bench.Engine.Measures;

namespace Pipeline.Bench.Engine;

/// <summary>Every measurement of a run: for each measure a sample of each round.</summary>
internal sealed class Rounds(IReadOnlyList<IMeasure[]> questions, Sizes sizes, TextWriter progress)
{
    private readonly Dictionary<string, List<Sample>> _samples = [];

    public IReadOnlyDictionary<string, List<Sample>> Samples => _samples;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (int round = 0; round < sizes.Rounds; round++)
        {
            foreach (IMeasure[] question in questions)
            {
                await RunAsync(question, round, cancellationToken);
            }
        }
    }

    private async Task RunAsync(IMeasure[] question, int round, CancellationToken cancellationToken)
    {
        // Each second time backwards: a steady drift then favours neither side.
        foreach (IMeasure measure in round % 2 == 0 ? question : question.Reverse())
        {
            Sample sample = await measure.MeasureAsync(cancellationToken);
            SamplesOf(measure).Add(sample);
            await progress.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round + 1}/{sizes.Rounds}  {measure.Name,-18} {sample.PerSecond,8:F2} {measure.Unit,-8}  {sample.Seconds,6:F1} s, {sample.CpuSeconds / sample.Seconds:F1} cores"));
        }
    }

    private List<Sample> SamplesOf(IMeasure measure)
    {
        if (!_samples.TryGetValue(measure.Name, out List<Sample>? samples))
        {
            _samples[measure.Name] = samples = [];
        }

        return samples;
    }
}
