using System.Diagnostics;
using System.Globalization;
using Pipeline.Bench.Measuring;
using Pipeline.Bench.Serving.Questions;
using Pipeline.Bench.Serving.Sides;

namespace Pipeline.Bench.Serving;

/// <summary>
/// Every measurement of a run. The sides answer a question one after the other, so that whatever slows the machine for a while slows
/// them alike. One that does not do a question's work is left out of it, with all that it had there.
/// </summary>
internal sealed class Field(IReadOnlyList<IServingSide> sides, IReadOnlyList<IQuestion> questions, TextWriter progress)
{
    private readonly Dictionary<(string Figure, string Side), List<double>> _values = questions
        .SelectMany(question => question.Figures).SelectMany(figure => sides.Select(side => (figure.Name, side.Name))).ToDictionary(key => key, _ => new List<double>());

    private readonly HashSet<(IQuestion, IServingSide)> _left = [];

    public IEnumerable<Figure> Figures => questions.SelectMany(question => question.Figures);

    /// <summary>A value a round, in order; null where the side was left out.</summary>
    public IReadOnlyList<double>? Values(string figure, string side) => _values.TryGetValue((figure, side), out List<double>? values) && values.Count > 0 ? values : null;

    /// <summary>Whether nothing of a side was left out.</summary>
    public bool IsComplete(string side) => !_left.Any(left => left.Item2.Name == side);

    public async Task RunAsync(int rounds, CancellationToken cancellationToken)
    {
        for (int round = 0; round < rounds; round++)
        {
            foreach (IQuestion question in questions.Where(question => round < question.RoundsMax))
            {
                // Each second round backwards: a steady drift then favours neither side.
                foreach (IServingSide side in (round % 2 == 0 ? sides : sides.Reverse()).Where(side => question.Asks(side) && !_left.Contains((question, side))))
                {
                    await TryAsync(question, side, round, $"round {round + 1}/{rounds}", cancellationToken);
                }
            }
        }
    }

    private async Task TryAsync(IQuestion question, IServingSide side, int round, string where, CancellationToken cancellationToken)
    {
        GC.Collect(); // What the measure before left does not count.
        long start = Stopwatch.GetTimestamp();
        try
        {
            double[] values = await question.MeasureAsync(side, round, cancellationToken);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            foreach ((Figure figure, double value) in question.Figures.Zip(values))
            {
                _values[(figure.Name, side.Name)].Add(value);
                await progress.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"{where}  {figure.Name,-18} {side.Name,-13} {value,9:F2} {figure.Unit,-10} {seconds,6:F1} s"));
            }
        }
        catch (Exception exception) when (exception is BenchException or HttpRequestException or IOException)
        {
            _left.Add((question, side));
            question.Figures.ToList().ForEach(figure => _values.Remove((figure.Name, side.Name)));
            await progress.WriteLineAsync($"left out: {side.Name} of {question.Name}. {exception.Message}");
        }
    }
}
