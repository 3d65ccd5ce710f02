using System.Globalization;
using Pipeline.Cli.Display;

namespace Pipeline.Cli.Models.Pulling;

/// <summary>How far bytes are, on standard error: one line that rewrites itself, or in a log one line every tenth.</summary>
internal sealed class TransferMeter(CliEnvironment environment, string verb, long? total) : IDisposable
{
    private const int LogSteps = 10;
    private const long LogBytes = 1L << 30; // Where the whole is not known.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(200);

    private readonly StatusLine _line = new(environment.Error);
    private readonly long _started = environment.Time.GetTimestamp();
    private long _done;
    private long _skipped;
    private long _step;
    private TimeSpan? _shown;

    /// <summary>Bytes that are there already, or, below zero, that have to come again.</summary>
    public void Skip(long bytes) => (_done, _skipped) = (_done + bytes, _skipped + bytes);

    public void Advance(long bytes)
    {
        _done += bytes;
        var elapsed = environment.Time.GetElapsedTime(_started);
        if (environment.ErrorIsTerminal)
        {
            if (_shown is null || elapsed - _shown >= Rest || _done == total)
            {
                _shown = elapsed;
                _line.Rewrite(Describe(verb, _done, _skipped, total, elapsed));
            }
        }
        else if (Step() is var step && step > _step)
        {
            _step = step;
            environment.Error.Line(Describe(verb, _done, _skipped, total, elapsed));
        }
    }

    /// <summary>A sentence of its own, below what was shown so far.</summary>
    public void Note(string sentence)
    {
        _line.Clear();
        environment.Error.Line(sentence);
    }

    public void Dispose() => _line.Clear();

    internal static string Describe(string verb, long done, long skipped, long? total, TimeSpan elapsed)
    {
        var rate = elapsed > TimeSpan.Zero ? (done - skipped) / elapsed.TotalSeconds : 0;
        var line = total is > 0 and { } all
            ? string.Create(CultureInfo.InvariantCulture, $"{verb}  {Quantities.Bytes(done)} of {Quantities.Bytes(all)}  {100.0 * done / all:0} %  {Quantities.Rate(rate)}")
            : $"{verb}  {Quantities.Bytes(done)}  {Quantities.Rate(rate)}";
        return total > done && rate > 0 ? $"{line}  ETA {Figures.Clock(TimeSpan.FromSeconds((total.Value - done) / rate))}" : line;
    }

    private long Step() => total is > 0 ? _done * LogSteps / total.Value : _done / LogBytes;
}
