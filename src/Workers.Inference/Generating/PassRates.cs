using Pipeline.Inference;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>What a model computed of late.</summary>
/// <param name="TokensPerSecond">Of prompts and answers.</param>
/// <param name="BatchFill">Share of the tokens that its passes could have had; null where there were none.</param>
internal sealed record PassRate(double TokensPerSecond, double? BatchFill);

/// <summary>Rates of models from what they have counted, over a few seconds each: whoever looks more often sees the last ones.</summary>
internal sealed class PassRates(TimeProvider time)
{
    private static readonly TimeSpan WindowMin = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Window> _windows = new(StringComparer.Ordinal);

    /// <returns>Null while the model is not loaded.</returns>
    public PassRate? Of(string file, EngineState? engine)
    {
        lock (_lock)
        {
            if (engine is null)
            {
                _windows.Remove(file);
                return null;
            }

            var now = time.GetTimestamp();

            // Counts of a model that was loaded again start anew.
            if (!_windows.TryGetValue(file, out var window) || engine.Passes < window.Passes)
            {
                window = new(now, engine.Passes, engine.PassTokens, new(0, null));
            }
            else if (time.GetElapsedTime(window.Start, now) is var elapsed && elapsed >= WindowMin)
            {
                var (passes, tokens) = (engine.Passes - window.Passes, engine.PassTokens - window.PassTokens);
                window = new(now, engine.Passes, engine.PassTokens, new(tokens / elapsed.TotalSeconds, passes > 0 ? (double)tokens / (passes * engine.PassTokensMax) : null));
            }

            _windows[file] = window;
            return window.Rate;
        }
    }

    private readonly record struct Window(long Start, long Passes, long PassTokens, PassRate Rate);
}
