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
    public Task<JobOutcome> HandleAsync(AnalyzeEmotion job, JobContext context, CancellationToken cancellationToken) =>
        Task.FromResult<JobOutcome>(new JobOutcome.Succeeded(string.Create(CultureInfo.InvariantCulture, $$"""{"ok":true,"length":{{job.Text.Length}}}""")));
}
