using System.Globalization;
using Pipeline.Cli.Display;
using Pipeline.Inference.LLamaSharp.Quantizing;

namespace Pipeline.Cli.Models.Quantizing;

/// <summary>How far a quantisation is, on standard error: one line that rewrites itself, or in a log one line every tenth. Written by the library's thread.</summary>
internal sealed class TensorMeter(CliEnvironment environment) : IDisposable
{
    private const int LogSteps = 10;

    private readonly Lock _lock = new();
    private readonly StatusLine _line = new(environment.Error);
    private readonly long _started = environment.Time.GetTimestamp();
    private int _step;
    private bool _isOver;

    public void Advance(QuantizedTensor tensor)
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return; // Cancelled: the library goes on for a moment.
            }

            var line = Describe(tensor, environment.Time.GetElapsedTime(_started));
            var step = tensor.Number * LogSteps / tensor.Count;
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

    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            _line.Clear();
        }
    }

    private static string Describe(QuantizedTensor tensor, TimeSpan elapsed)
    {
        var done = tensor.Number - 1;
        var line = string.Create(CultureInfo.InvariantCulture, $"quantising  tensor {tensor.Number} of {tensor.Count}  {100.0 * done / tensor.Count:0} %  {tensor.Name}");
        return done > 0 && elapsed > TimeSpan.Zero ? $"{line}  ETA {Figures.Clock(elapsed * (tensor.Count - done) / done)}" : line;
    }
}
