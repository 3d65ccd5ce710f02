using System.Globalization;
using System.Text;
using Microsoft.Extensions.AI;
using Pipeline.Contracts;
using Pipeline.Core.Subscriptions;
using Pipeline.Inference.Tools;

namespace Pipeline.Workers.Inference.Chat;

/// <summary>Collects an answer while it comes, and hands it on as <see cref="StreamedCalls"/> has it.</summary>
internal sealed class AnswerPieces(Guid jobId, IJobUpdates updates)
{
    private readonly List<ChatResponseUpdate> _all = [];
    private readonly StringBuilder _content = new();
    private readonly List<(string Name, StringBuilder Arguments)> _calls = [];

    public IReadOnlyList<ChatResponseUpdate> All => _all;

    public string Content => _content.ToString();

    public IReadOnlyList<ToolCall> Calls => [.. _calls.Select((call, index) => new ToolCall(IdOf(index), call.Name, call.Arguments.ToString()))];

    public void Add(ChatResponseUpdate update)
    {
        _all.Add(update);
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case TextContent text when _calls.Count is 0: // Behind a call there is nothing that a client could be shown.
                    var clean = StreamedCalls.Clean(text.Text);
                    _content.Append(clean);
                    updates.Write(clean);
                    break;
                case ToolCallPiece { Name: { } name } piece:
                    Open(name);
                    Append(piece.Arguments);
                    break;
                case ToolCallPiece piece when _calls.Count > 0:
                    Append(piece.Arguments);
                    break;
                case FunctionCallContent call:
                    Open(call.Name);
                    Append(CallArguments.TextOf(call));
                    break;
            }
        }
    }

    private void Open(string name)
    {
        updates.Write(StreamedCalls.Head(IdOf(_calls.Count), name));
        _calls.Add((name, new()));
    }

    private void Append(string arguments)
    {
        _calls[^1].Arguments.Append(arguments);
        updates.Write(arguments);
    }

    /// <summary>Follows from the job, so that another attempt which says the same streams the same.</summary>
    private string IdOf(int index) => string.Create(CultureInfo.InvariantCulture, $"call_{jobId:n}{index}");
}
