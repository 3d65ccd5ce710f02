using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs;

/// <summary>
/// Every measurement of a run. Measures of one question run one after the other, so that whatever slows the machine down for
/// a while slows all sides of a ratio. One that fails is left out from then on, with all that it had.
/// </summary>
internal sealed class Rounds(IReadOnlyList<IMeasure[]> questions, int count, TextWriter progress)
{
    private readonly Dictionary<string, List<Sample>> _samples = questions.SelectMany(question => question).ToDictionary(measure => measure.Name, _ => new List<Sample>());

    public IReadOnlyDictionary<string, List<Sample>> Samples => _samples;

    /// <summary>Measures that are still in.</summary>
    public IEnumerable<IMeasure> Measures => questions.SelectMany(question => question).Where(measure => _samples.ContainsKey(measure.Name));

    /// <summary>Whether nothing of a side was left out.</summary>
    public bool IsComplete(string side) =>
        questions.SelectMany(question => question).Where(measure => measure.Name.StartsWith(side + ".", StringComparison.Ordinal)).All(measure => _samples.ContainsKey(measure.Name));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (IMeasure measure in questions.SelectMany(question => question))
        {
            await progress.WriteLineAsync($"warming up  {measure.Name}");
            await TryAsync(measure, () => measure.WarmUpAsync(cancellationToken));
        }

        for (int round = 0; round < count; round++)
        {
            foreach (IMeasure[] question in questions)
            {
                // Each second round backwards: a steady drift then favours neither side.
                foreach (IMeasure measure in (round % 2 == 0 ? question : question.Reverse()).Where(measure => _samples.ContainsKey(measure.Name)))
                {
                    await TryAsync(measure, () => MeasureAsync(measure, round, cancellationToken));
                }
            }
        }
    }

    private async Task MeasureAsync(IMeasure measure, int round, CancellationToken cancellationToken)
    {
        Sample sample = await measure.MeasureAsync(cancellationToken);
        _samples[measure.Name].Add(sample);
        await progress.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"round {round + 1}/{count}  {measure.Name,-22} {sample.Value,9:F2} {measure.Unit,-7} {sample.BusyCores,5:F1} cores busy"));
    }

    private async Task TryAsync(IMeasure measure, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception) when (exception is BenchException or SocketException or HttpRequestException or NpgsqlException)
        {
            _samples.Remove(measure.Name);
            await progress.WriteLineAsync($"left out: {measure.Name}. {exception.Message}");
        }
    }
}
