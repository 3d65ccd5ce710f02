using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;

namespace Pipeline.Bench.NoOpWorker;

/// <summary>
/// Answers without a model, so that all that is measured is the way of the job. Under the name of a real kind: the API that
/// is measured is then the one that ships.
/// </summary>
internal sealed class NoOpHandler : IJobHandler<AnalyzeEmotion, EmotionResult>
{
    // Where a bench wants jobs that take their time, and no core.
    private static readonly TimeSpan _takes = TimeSpan.FromMilliseconds(
        int.TryParse(Environment.GetEnvironmentVariable("BENCH_JOB_MILLISECONDS"), CultureInfo.InvariantCulture, out int milliseconds) ? milliseconds : 0);

    private const int CharactersPerToken = 4;

    // Where a bench wants to know who got how much.
    private static readonly bool _measures = Environment.GetEnvironmentVariable("BENCH_JOB_USAGE") is not null;

    // Where a bench wants inputs that no worker survives, or that take a core until their time is over.
    private static readonly bool _isPoisoned = Environment.GetEnvironmentVariable("BENCH_POISON") is not null;

    public async Task<JobOutcome> HandleAsync(AnalyzeEmotion job, JobContext context, CancellationToken cancellationToken)
    {
        if (_isPoisoned)
        {
            await SwallowAsync(job.Text, cancellationToken);
        }

        if (_takes > TimeSpan.Zero)
        {
            await Task.Delay(_takes, TimeProvider.System, cancellationToken);
        }

        return new JobOutcome.Succeeded(string.Create(CultureInfo.InvariantCulture, $$"""{"ok":true,"length":{{job.Text.Length}}}"""))
        {
            Measured = _measures ? new Measurement(new(PromptTokens: job.Text.Length / CharactersPerToken, CachedTokens: 0, CompletionTokens: 1)) : null,
        };
    }

    private static Task SwallowAsync(string text, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            if (text is "crash")
            {
                Environment.FailFast("Poisoned.");
            }

            while (text is "loop")
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        },
        cancellationToken);

    /// <summary>As if a model had read the text.</summary>
    private sealed record Measurement(TokenUsage Usage) : IMeasuredResult
    {
        public string Model => "no-op";
    }
}
