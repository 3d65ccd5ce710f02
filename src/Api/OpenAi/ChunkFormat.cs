using System.Text;
using Pipeline.Api.Events;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.OpenAi;

/// <summary>
/// A streamed answer as OpenAI's clients read it. They cannot take text back: a second attempt goes on where the first one
/// was if it says the same, and is an error if it does not.
/// </summary>
internal sealed class ChunkFormat(Guid jobId, long created, bool includeUsage) : IStreamFormat
{
    private const string Done = "[DONE]";

    private readonly StringBuilder _sent = new();
    private readonly StringBuilder _text = new(); // Of the attempt that was last heard of.
    private int _attempt;
    private bool _isOver;

    public void Write(SseWriter sse, JobUpdate update)
    {
        switch (update)
        {
            case JobUpdate.Silence:
                sse.WriteKeepAlive();
                break;
            case var _ when _isOver:
                break;
            case JobUpdate.Text text:
                Take(text);
                WritePiece(sse);
                break;
            case JobUpdate.Ended ended when JobFailure.Of(ended.Job) is { } problem:
                WriteError(sse, problem.Type, problem.Detail);
                break;
            case JobUpdate.Ended ended:
                WriteEnd(sse, ended.Job);
                break;
            case JobUpdate.Interrupted:
                WriteError(sse, ProblemType.NotFinished, $"The stream ended before the answer (Api:StreamDurationMax), or the server is being stopped. The job goes on: GET /api/jobs/{jobId}.");
                break;
        }
    }

    private void Take(JobUpdate.Text text)
    {
        _text.Length = text.At.Attempt == _attempt ? Math.Min(text.At.Offset, _text.Length) : 0;
        _text.Append(text.Value);
        _attempt = text.At.Attempt;
    }

    private void WritePiece(SseWriter sse)
    {
        var common = Math.Min(_sent.Length, _text.Length);
        if (_sent.ToString(0, common) != _text.ToString(0, common))
        {
            WriteChanged(sse);
        }
        else if (_text.Length > _sent.Length)
        {
            var piece = _text.ToString(_sent.Length, _text.Length - _sent.Length);
            Write(sse, [new(0, new(_sent.Length == 0 ? PromptRoles.Assistant : null, piece))]);
            _sent.Append(piece);
        }
    }

    private void WriteEnd(SseWriter sse, Job job)
    {
        var result = CompletionsEndpoint.ResultOf(job);
        if (_sent.Length > result.Content.Length)
        {
            WriteChanged(sse);
            return;
        }

        if (_sent.Length == 0)
        {
            Write(sse, [new(0, new(PromptRoles.Assistant, ""))]);
        }

        Write(sse, [new(0, new()) { FinishReason = result.FinishReason, Logprobs = CompletionLogprobs.Of(result) }], result.Model);
        if (includeUsage)
        {
            Write(sse, [], result.Model, CompletionUsage.Of(result.Usage));
        }

        sse.WriteText(Done);
        _isOver = true;
    }

    private void WriteChanged(SseWriter sse) => WriteError(
        sse,
        ProblemType.JobFailed,
        $"Job {jobId} was started again in the middle of its answer, and says something else now. Its result: GET /api/jobs/{jobId}.");

    private void WriteError(SseWriter sse, ProblemType type, string detail)
    {
        sse.Write(null, null, OpenAiError.Of(type, detail, param: null), OpenAiJson.Wire.OpenAiError);
        sse.WriteText(Done);
        _isOver = true;
    }

    private void Write(SseWriter sse, IReadOnlyList<CompletionDelta> choices, string? fingerprint = null, CompletionUsage? usage = null) => sse.Write(
        null,
        null,
        new CompletionChunk
        {
            Id = CompletionsEndpoint.IdOf(jobId),
            Created = created,
            Model = CompleteChat.Kind,
            SystemFingerprint = fingerprint,
            Choices = choices,
            Usage = usage,
        },
        OpenAiJson.Wire.CompletionChunk);
}
