using System.Collections.Concurrent;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Results;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Api.Tests.Hosting;

/// <summary>A worker without a model, whose texts say what it does: "reject …", "hold …" until released, "vary …" never the same, anything else is joy.</summary>
internal sealed class ScriptedEmotion : IJobHandler<AnalyzeEmotion, EmotionResult>, IResultFingerprint
{
    private int _calls;
    private readonly ConcurrentDictionary<string, Hold> _holds = new();

    public string Kind => AnalyzeEmotion.Kind;

    /// <summary>What it says that its results depend on; null for nothing that could be known.</summary>
    public string? Fingerprint { get; init; }

    public int Calls => _calls;

    public string? Describe() => Fingerprint;

    /// <summary>Completes when the job with this text runs.</summary>
    public Task StartedAsync(string text) => HoldOf(text).Started.Task.WaitAsync(Patience.Limit, TimeProvider.System);

    public void Release(string text) => HoldOf(text).Released.TrySetResult();

    public async Task<JobOutcome> HandleAsync(AnalyzeEmotion job, JobContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        if (job.Text.StartsWith("reject", StringComparison.Ordinal))
        {
            return new JobOutcome.Rejected("The script says so.");
        }

        if (job.Text.StartsWith("hold", StringComparison.Ordinal))
        {
            HoldOf(job.Text).Started.TrySetResult();
            await HoldOf(job.Text).Released.Task.WaitAsync(cancellationToken);
        }

        var result = new EmotionResult
        {
            Emotion = Emotions.Joy,
            Confidence = 0.9,
            Scores = new Dictionary<string, double> { [Emotions.Joy] = 0.9, [Emotions.Neutral] = 0.1 },
            Language = "en",
            Model = "scripted",
            FallbackAttempted = false,
            Usage = new(1, 0, 0),
            Timings = new(context.Queued.TotalMilliseconds, 0),
        };
        return job.Text.StartsWith("vary", StringComparison.Ordinal)
            ? JobOutcome.Success(result, AnalyzeEmotion.ResultJson)
            : JobOutcome.Reproducible(result, AnalyzeEmotion.ResultJson);
    }

    private Hold HoldOf(string text) => _holds.GetOrAdd(text, _ => new());

    private sealed class Hold
    {
        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
