using System.Text;
using Pipeline.Api.Events;
using Pipeline.Api.Problems;

namespace Pipeline.Api.OpenAi;

/// <summary>The text of the attempt that was last heard of; a new attempt begins anew.</summary>
internal sealed class AttemptText
{
    private int _attempt;

    public StringBuilder Value { get; } = new();

    public void Take(JobUpdate.Text piece)
    {
        Value.Length = piece.At.Attempt == _attempt ? Math.Min(piece.At.Offset, Value.Length) : 0;
        Value.Append(piece.Value);
        _attempt = piece.At.Attempt;
    }
}

/// <summary>How a stream ends whose client cannot take text back.</summary>
internal static class StreamProblems
{
    public static Problem Changed(Guid jobId) => new(
        ProblemType.JobFailed, $"Job {jobId} was started again in the middle of its answer, and says something else now. Its result: GET /api/jobs/{jobId}.");

    public static Problem Interrupted(Guid jobId) => new(
        ProblemType.NotFinished, $"The stream ended before the answer (Api:StreamDurationMax), or the server is being stopped. The job goes on: GET /api/jobs/{jobId}.");
}
