using System.Text;
using Pipeline.Api.Events;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.OpenAi.Responses;

/// <summary>
/// A streamed answer as named events. Clients cannot take text back: a second attempt goes on where the first one was if it says the same, and is
/// an error if it does not.
/// </summary>
internal sealed class ResponseStream(Guid jobId, ResponseForm form, long created) : IStreamFormat
{
    private readonly StringBuilder _sent = new();
    private readonly AttemptText _text = new();
    private readonly List<ResponseOutput> _items = []; // Those that have begun; all but the last are done.
    private int _sequence;
    private bool _hasBegun;
    private bool _isOver;

    public void Write(SseWriter sse, JobUpdate update)
    {
        if (update is JobUpdate.Text or JobUpdate.Ended or JobUpdate.Interrupted && !_isOver)
        {
            Begin(sse);
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
                WritePieces(sse, _text.Value.ToString());
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

    private void Begin(SseWriter sse)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            var response = ResponseResource.Of(jobId, created, form, JobState.Running, result: null, errorCode: null, error: null);
            Write(sse, "response.created", e => e with { Response = response });
            Write(sse, "response.in_progress", e => e with { Response = response });
        }
    }

    /// <summary>What came since; false when it is another text than the one that was sent.</summary>
    private bool WritePieces(SseWriter sse, string text)
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

        return true;
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
            if (!result.StreamedText.StartsWith(_sent.ToString(), StringComparison.Ordinal) || !WritePieces(sse, result.StreamedText))
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

        Write(sse, response.Status is "cancelled" ? "response.failed" : $"response.{response.Status}", e => e with { Response = response });
        _isOver = true;
    }

    private void WriteError(SseWriter sse, Problem problem)
    {
        Write(sse, "error", e => e with { Code = problem.Type.Name.Replace('-', '_'), Message = problem.Detail });
        _isOver = true;
    }

    private ResponseEvent OfMessage(ResponseEvent e) => e with { ItemId = ResponseOutput.MessageId(jobId), OutputIndex = 0, ContentIndex = 0 };

    private void Write(SseWriter sse, string type, Func<ResponseEvent, ResponseEvent> fill) =>
        sse.Write(type, null, fill(new(type, _sequence++)), ResponsesJson.Wire.ResponseEvent);
}
