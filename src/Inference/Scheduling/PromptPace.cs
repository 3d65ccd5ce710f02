namespace Pipeline.Inference.Scheduling;

/// <summary>
/// How many prompt tokens a pass takes that also carries answers. Where somebody reads one of them as it comes, as many as this machine
/// has lately computed in the time that a reader may wait. Touched by the scheduler's loop only.
/// </summary>
/// <param name="tokensMax">Most prompt tokens beside answers, whoever reads them.</param>
/// <param name="passTimeMax">How long a reader may wait for a pass.</param>
/// <param name="time">Of the passes.</param>
internal sealed class PromptPace(int tokensMax, TimeSpan passTimeMax, TimeProvider time)
{
    // A pass reads all weights however few tokens it has; below this, prompts would pay for that more than readers gain.
    private const int TokensMin = 32;

    // Passes of the same size reuse what the library prepared for the last one.
    private const int Step = 16;

    private const double ShareOfNewest = 0.25;

    private double? _secondsPerToken;
    private long _start;

    /// <param name="steps">Tokens of answers in the pass.</param>
    /// <param name="isRead">Whether somebody reads one of them as it comes.</param>
    public int TokensBeside(int steps, bool isRead)
    {
        if (!isRead || _secondsPerToken is not { } seconds)
        {
            return tokensMax;
        }

        double tokens = Math.Min(tokensMax, (passTimeMax.TotalSeconds / seconds) - steps);
        return Math.Min(tokensMax, Math.Max(TokensMin, (int)(tokens / Step) * Step));
    }

    public void Begin() => _start = time.GetTimestamp();

    /// <param name="tokens">Of the pass that began last; few of them tell how long weights take to read, not what a token takes.</param>
    public void End(int tokens)
    {
        if (tokens >= TokensMin)
        {
            double measured = time.GetElapsedTime(_start).TotalSeconds / tokens;
            _secondsPerToken = _secondsPerToken is { } known ? known + (ShareOfNewest * (measured - known)) : measured;
        }
    }
}
