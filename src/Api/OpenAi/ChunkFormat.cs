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
internal sealed class ChunkFormat(Guid jobId, string model, long created, bool includeUsage) : IStreamFormat
{
    private const string Done = "[DONE]";

    /// <summary>Whether the chunks are those of the older path, which has text instead of messages.</summary>
    public bool IsPlain { get; init; }

    private readonly StringBuilder _sent = new();
    private readonly AttemptText _text = new();
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
                _text.Take(text);
                WritePiece(sse);
                break;
            case JobUpdate.Ended ended when JobFailure.Of(ended.Job) is { } problem:
                WriteError(sse, problem);
                break;
            case JobUpdate.Ended ended:
                WriteEnd(sse, ended.Job);
                break;
            case JobUpdate.Interrupted:
                WriteError(sse, StreamProblems.Interrupted(jobId));
                break;
        }
    }

    /// <inheritdoc/>
    public Problem? Refuse(JobUpdate update) => update is JobUpdate.Ended ended ? JobFailure.Of(ended.Job) : null;

    private void WritePiece(SseWriter sse)
    {
        var text = _text.Value;
        var common = Math.Min(_sent.Length, text.Length);
        if (_sent.ToString(0, common) != text.ToString(0, common))
        {
            WriteChanged(sse);
        }
        else if (text.Length > _sent.Length)
        {
            var before = StreamedCalls.Read(_sent.ToString());
            var isFirst = _sent.Length == 0;
            _sent.Append(text, _sent.Length, text.Length - _sent.Length);
            foreach (var piece in Pieces(before, StreamedCalls.Read(_sent.ToString())))
            {
                Write(sse, [new(0, isFirst ? piece with { Role = PromptRoles.Assistant } : piece)]);
                isFirst = false;
            }
        }
    }

    /// <summary>What came since: text, then pieces of calls.</summary>
    private static IEnumerable<CompletionPiece> Pieces(
        (string Content, IReadOnlyList<ToolCall> Calls) before, (string Content, IReadOnlyList<ToolCall> Calls) now)
    {
        if (now.Content.Length > before.Content.Length)
        {
            yield return new(Content: now.Content[before.Content.Length..]);
        }

        for (var i = Math.Max(before.Calls.Count - 1, 0); i < now.Calls.Count; i++)
        {
            var call = now.Calls[i];
            if (i >= before.Calls.Count)
            {
                yield return new() { ToolCalls = [new(i, new("", call.Name)) { Id = call.Id, Type = "function" }] };
            }

            var sent = i < before.Calls.Count ? before.Calls[i].Arguments.Length : 0;
            if (call.Arguments.Length > sent)
            {
                yield return new() { ToolCalls = [new(i, new(call.Arguments[sent..]))] };
            }
        }
    }

    private void WriteEnd(SseWriter sse, Job job)
    {
        var result = CompletionsEndpoint.ResultOf(job);
        if (_sent.Length > ((IStreamedResult)result).StreamedText.Length)
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

    private void WriteChanged(SseWriter sse) => WriteError(sse, StreamProblems.Changed(jobId));

    private void WriteError(SseWriter sse, Problem problem)
    {
        sse.Write(null, null, OpenAiError.Of(problem.Type, problem.Detail, param: null), OpenAiJson.Wire.OpenAiError);
        sse.WriteText(Done);
        _isOver = true;
    }

    private void Write(SseWriter sse, IReadOnlyList<CompletionDelta> choices, string? fingerprint = null, CompletionUsage? usage = null)
    {
        CompletionChunk chunk = new()
        {
            Id = CompletionsEndpoint.IdOf(jobId),
            Created = created,
            Model = model,
            SystemFingerprint = fingerprint,
            Choices = choices,
            Usage = usage,
        };
        if (IsPlain)
        {
            sse.Write(null, null, PlainCompletion.Of(chunk), OpenAiJson.Wire.PlainCompletion);
        }
        else
        {
            sse.Write(null, null, chunk, OpenAiJson.Wire.CompletionChunk);
        }
    }
}
