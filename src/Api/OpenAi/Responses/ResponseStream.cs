using System.Text;
using Pipeline.Api.Events;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.OpenAi.Responses;

/// <summary>
/// A streamed answer as named events. Clients cannot take text back: a second attempt goes on where the first one was if it says the same, and is
/// an error if it does not. Of an answer in the background every connection is sent the same events under the same numbers, so that a client goes
/// on in one where another broke.
/// </summary>
/// <param name="after">The number of the last event that the client has; -1 for none.</param>
internal sealed class ResponseStream(Guid jobId, ResponseForm form, long created, int after = ResponseStream.Nothing) : IStreamFormat
{
    public const int Nothing = -1;

    private readonly StringBuilder _sent = new();
    private readonly AttemptText _text = new();
    private readonly List<ResponseOutput> _items = []; // Those that have begun; all but the last are done.
    private int _sequence;
    private bool _hasBegun;
    private bool _isRunning;
    private bool _isOver;

    public void Write(SseWriter sse, JobUpdate update)
    {
        if (!_isOver)
        {
            Begin(sse, update);
        }

        switch (update)
        {
            case JobUpdate.Silence:
                sse.WriteKeepAlive();
                break;
            case var _ when _isOver:
                break;
            case JobUpdate.Text text:
                _text.Take(text);
                WritePieces(sse, _text.Value.ToString(), isWhole: false);
                break;
            case JobUpdate.Ended ended:
                WriteEnd(sse, ended.Job);
                break;
            case JobUpdate.Interrupted when form.Background:
                _isOver = true; // The client sees that there is no end, and goes on behind what it has.
                break;
            case JobUpdate.Interrupted:
                WriteError(sse, StreamProblems.Interrupted(jobId));
                break;
        }
    }

    /// <summary>What went wrong with an answer in the background is part of it.</summary>
    public Problem? Refuse(JobUpdate update) => update is JobUpdate.Ended ended && !form.Background ? JobFailure.Of(ended.Job) : null;

    /// <summary>An answer in the background begins when it is accepted: whoever does not know its id cannot come back. Any other one with its first text.</summary>
    private void Begin(SseWriter sse, JobUpdate update)
    {
        if (!_hasBegun && (form.Background || update is JobUpdate.Text or JobUpdate.Ended or JobUpdate.Interrupted))
        {
            _hasBegun = true;
            WriteState(sse, "response.created", form.Background ? JobState.Queued : JobState.Running);
            if (form.Background)
            {
                WriteState(sse, "response.queued", JobState.Queued);
            }
        }

        var runs = update is JobUpdate.Text or JobUpdate.State { Value: JobState.Running } or JobUpdate.Ended { Job.Attempt: > 0 };
        if (_hasBegun && !_isRunning && (runs || !form.Background))
        {
            _isRunning = true;
            WriteState(sse, "response.in_progress", JobState.Running);
        }
    }

    private void WriteState(SseWriter sse, string type, string state) => Write(
        sse, type, e => e with { Response = ResponseResource.Of(jobId, created, form, state, result: null, errorCode: null, error: null) });

    /// <summary>What came since; false when it is another text than the one that was sent.</summary>
    /// <param name="isWhole">Whether nothing follows.</param>
    private bool WritePieces(SseWriter sse, string text, bool isWhole)
    {
        var sent = _sent.ToString();
        if (!text.StartsWith(sent, StringComparison.Ordinal))
        {
            if (sent.StartsWith(text, StringComparison.Ordinal))
            {
                return true; // A second attempt that has not come as far yet.
            }

            WriteError(sse, StreamProblems.Changed(jobId));
            return false;
        }

        // Where pieces end follows from the text alone, not from when it came.
        foreach (var end in form.Background ? TextPieces.Ends(text, sent.Length, isWhole) : [text.Length])
        {
            WritePiece(sse, text[..end]);
        }

        return true;
    }

    private void WritePiece(SseWriter sse, string text)
    {
        var sent = _sent.ToString();
        var (before, now) = (StreamedCalls.Read(sent), StreamedCalls.Read(text));
        _sent.Append(text, sent.Length, text.Length - sent.Length);
        if (now.Content.Length > before.Content.Length)
        {
            BeginMessage(sse);
            Write(sse, "response.output_text.delta", e => OfMessage(e) with { Delta = now.Content[before.Content.Length..] });
        }

        for (var i = Math.Max(before.Calls.Count - 1, 0); i < now.Calls.Count; i++)
        {
            WriteCall(sse, i, now.Calls[i], i < before.Calls.Count ? before.Calls[i].Arguments.Length : null);
        }
    }

    private void WriteCall(SseWriter sse, int index, ToolCall call, int? sent)
    {
        if (sent is null)
        {
            EndItem(sse);
            var item = ResponseOutput.Call(jobId, index, call with { Arguments = "" }, "in_progress");
            _items.Add(item);
            Write(sse, "response.output_item.added", e => e with { OutputIndex = _items.Count - 1, Item = item });
        }

        var piece = call.Arguments[(sent ?? 0)..];
        _items[^1] = ResponseOutput.Call(jobId, index, call, "in_progress");
        if (piece.Length > 0)
        {
            Write(sse, "response.function_call_arguments.delta", e => e with { OutputIndex = _items.Count - 1, ItemId = _items[^1].Id, Delta = piece });
        }
    }

    private void BeginMessage(SseWriter sse)
    {
        if (_items.Count is 0)
        {
            _items.Add(ResponseOutput.Message(jobId, text: null, "in_progress"));
            Write(sse, "response.output_item.added", e => e with { OutputIndex = 0, Item = _items[0] });
            Write(sse, "response.content_part.added", e => OfMessage(e) with { Part = new("") });
        }
    }

    /// <summary>The last item is complete.</summary>
    private void EndItem(SseWriter sse, string status = "completed")
    {
        if (_items is not [.., { Status: "in_progress" } last])
        {
            return;
        }

        var index = _items.Count - 1;
        if (last.Type is "message")
        {
            var text = StreamedCalls.Read(_sent.ToString()).Content;
            last = ResponseOutput.Message(jobId, text, status);
            Write(sse, "response.output_text.done", e => OfMessage(e) with { Text = text });
            Write(sse, "response.content_part.done", e => OfMessage(e) with { Part = new(text) });
        }
        else
        {
            last = last with { Status = status };
            Write(sse, "response.function_call_arguments.done", e => e with { OutputIndex = index, ItemId = last.Id, Name = last.Name, Arguments = last.Arguments });
        }

        _items[index] = last;
        Write(sse, "response.output_item.done", e => e with { OutputIndex = index, Item = last });
    }

    private void WriteEnd(SseWriter sse, Job job)
    {
        var response = ResponseResource.Of(job, form);
        if (response.Status is "completed" or "incomplete")
        {
            var result = (IStreamedResult)CompletionsEndpoint.ResultOf(job);
            if (!result.StreamedText.StartsWith(_sent.ToString(), StringComparison.Ordinal) || !WritePieces(sse, result.StreamedText, isWhole: true))
            {
                if (!_isOver)
                {
                    WriteError(sse, StreamProblems.Changed(jobId));
                }

                return;
            }

            if (_items.Count is 0)
            {
                BeginMessage(sse);
            }

            EndItem(sse, response.Status);
        }

        WriteLast(sse, response.Status is "cancelled" ? "response.failed" : $"response.{response.Status}", e => e with { Response = response });
    }

    private void WriteError(SseWriter sse, Problem problem)
    {
        WriteLast(sse, "error", e => e with { Code = problem.Type.Name.Replace('-', '_'), Message = problem.Detail });
    }

    private ResponseEvent OfMessage(ResponseEvent e) => e with { ItemId = ResponseOutput.MessageId(jobId), OutputIndex = 0, ContentIndex = 0 };

    /// <summary>News to every client: an answer may end before the text that was heard of an earlier attempt.</summary>
    private void WriteLast(SseWriter sse, string type, Func<ResponseEvent, ResponseEvent> fill)
    {
        _sequence = Math.Max(_sequence, after + 1);
        Write(sse, type, fill);
        _isOver = true;
    }

    private void Write(SseWriter sse, string type, Func<ResponseEvent, ResponseEvent> fill)
    {
        var number = _sequence++;
        if (number > after)
        {
            sse.Write(type, null, fill(new(type, number)), ResponsesJson.Wire.ResponseEvent);
        }
    }
}
