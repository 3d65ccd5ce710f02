using System.Globalization;

namespace Pipeline.Cli.Display;

/// <summary>How far a run is, on standard error: one line that rewrites itself, or in a log one line every tenth.</summary>
internal sealed class ProgressMeter(CliEnvironment environment, int total) : IDisposable
{
    private const int LogSteps = 10;

    private readonly StatusLine _line = new(environment.Error);
    private readonly TimeProvider _time = environment.Time;
    private readonly long _started = environment.Time.GetTimestamp();

    // Chunks finish on several threads; the lock keeps the counts and the lines in order.
    private readonly Lock _lock = new();
    private int _done;
    private int _step;

    public TimeSpan Elapsed => _time.GetElapsedTime(_started);

    public void Advance(int count)
    {
        lock (_lock)
        {
            _done += count;
            var line = Describe(_done, total, Elapsed);
            var step = _done * LogSteps / total;
            if (environment.ErrorIsTerminal)
            {
                _line.Rewrite(line);
            }
            else if (step > _step)
            {
                _step = step;
                environment.Error.Line(line);
            }
        }
    }

    /// <summary>Clears the line, so that what follows starts on a clean one.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _line.Clear();
        }
    }

    internal static string Describe(int done, int total, TimeSpan elapsed)
    {
        var rate = elapsed > TimeSpan.Zero ? done / elapsed.TotalSeconds : 0;
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{done:#,0}/{total:#,0} texts  {100.0 * done / total:0} %  {rate:0.#}/s");
        return done < total && rate > 0
            ? $"{line}  ETA {Figures.Clock(TimeSpan.FromSeconds((total - done) / rate))}"
            : line;
    }
}
