using System.Globalization;
using Spectre.Console;

namespace Pipeline.Cli.Display;

/// <summary>How far a run is, on standard error: one line that rewrites itself, or in a log one line every tenth.</summary>
internal sealed class ProgressMeter(CliEnvironment environment, int total) : IDisposable
{
    private const int LogSteps = 10;

    private readonly IAnsiConsole _console = environment.Error;
    private readonly TimeProvider _time = environment.Time;
    private readonly long _started = environment.Time.GetTimestamp();

    // Chunks finish on several threads; the lock keeps the counts and the lines in order.
    private readonly Lock _lock = new();
    private int _done;
    private int _step;
    private int _lineLength;

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
                Rewrite(line);
            }
            else if (step > _step)
            {
                _step = step;
                _console.Line(line);
            }
        }
    }

    /// <summary>Clears the line, so that what follows starts on a clean one.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_lineLength > 0)
            {
                Rewrite("");
            }
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

    private void Rewrite(string line)
    {
        // A carriage return and spaces instead of an escape sequence: right under NO_COLOR as well.
        _console.Profile.Out.Writer.Write("\r" + line.PadRight(_lineLength));
        _console.Profile.Out.Writer.Write(line.Length is 0 ? "\r" : "");
        _console.Profile.Out.Writer.Flush();
        _lineLength = line.Length;
    }
}
