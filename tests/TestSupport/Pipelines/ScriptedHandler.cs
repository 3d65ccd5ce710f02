using System.Collections.Concurrent;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;

namespace Pipeline.TestSupport.Pipelines;

/// <summary>Does emotion jobs as a test tells it to, and remembers what it was asked.</summary>
public sealed class ScriptedHandler(HandlerScript script) : IJobHandler<AnalyzeEmotion, EmotionResult>
{
    public async Task<JobOutcome> HandleAsync(AnalyzeEmotion job, JobContext context, CancellationToken cancellationToken)
    {
        script.Calls.Enqueue(context);
        script.Called.Release();
        return await script.Run(job, context, cancellationToken);
    }
}

/// <summary>What a <see cref="ScriptedHandler"/> does.</summary>
public sealed class HandlerScript
{
    public Func<AnalyzeEmotion, JobContext, CancellationToken, Task<JobOutcome>> Run { get; set; } =
        (_, _, _) => Task.FromResult(Neutral);

    /// <summary>Every call, in order.</summary>
    public ConcurrentQueue<JobContext> Calls { get; } = new();

    /// <summary>Released once a call.</summary>
    public SemaphoreSlim Called { get; } = new(0);

    public static JobOutcome Neutral { get; } = JobOutcome.Success(
        new EmotionResult
        {
            Emotion = Emotions.Neutral,
            Confidence = 1,
            Scores = Emotions.All.ToDictionary(label => label, label => label == Emotions.Neutral ? 1.0 : 0.0),
            Language = "en",
            Model = "scripted",
            FallbackAttempted = false,
            Usage = new(1, 0, 0),
            Timings = new(0, 0),
        },
        AnalyzeEmotion.ResultJson);

    /// <summary>Runs that each end once the gate is released for them.</summary>
    public static Func<AnalyzeEmotion, JobContext, CancellationToken, Task<JobOutcome>> Behind(SemaphoreSlim gate) => async (_, _, cancellationToken) =>
    {
        await gate.WaitAsync(cancellationToken);
        return Neutral;
    };

    /// <summary>A run that ends only by cancellation.</summary>
    public static async Task<JobOutcome> UntilCanceled(AnalyzeEmotion job, JobContext context, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return Neutral;
    }
}
