using System.Text;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Structured.Rules;

namespace Pipeline.Inference.Tools;

/// <summary>Takes calls out of a model's output while it comes. The grammar has seen to their form.</summary>
internal sealed class ToolCallReader(ToolTurnText style)
{
    private readonly StringBuilder _pending = new();
    private State _state;
    private bool _hasText;
    private int _index = -1;

    // Of the arguments that are being read.
    private int _depth;
    private bool _inString;
    private bool _isEscaped;

    private enum State
    {
        Text,
        Head,
        Arguments,
        Between,
    }

    /// <summary>Takes a piece of output and returns what is certain so far.</summary>
    public IReadOnlyList<AIContent> Append(string piece)
    {
        _pending.Append(piece);
        List<AIContent> contents = [];
        while (Advance(contents))
        {
        }

        return contents;
    }

    /// <summary>Ends the output and returns what was held back.</summary>
    public IReadOnlyList<AIContent> Flush()
    {
        string rest = _state == State.Text ? _pending.ToString() : "";
        _pending.Clear();
        return rest.Length == 0 ? [] : [new TextContent(rest)];
    }

    /// <summary>False when more has to come.</summary>
    private bool Advance(List<AIContent> contents) => _state switch
    {
        State.Text => AdvanceText(contents),
        State.Head => AdvanceHead(contents),
        State.Arguments => AdvanceArguments(contents),
        _ => Open(_pending.ToString().IndexOf(style.OpeningText, StringComparison.Ordinal)),
    };

    private bool AdvanceText(List<AIContent> contents)
    {
        string text = _pending.ToString();
        int opening = style.IsAlone ? (!_hasText && text.StartsWith(style.OpeningText, StringComparison.Ordinal) ? 0 : -1) : text.IndexOf(style.OpeningText, StringComparison.Ordinal);
        int certain = opening >= 0 ? text.AsSpan(0, opening).TrimEnd().Length : CertainText(text);
        if (certain > 0)
        {
            _hasText = true;
            contents.Add(new TextContent(text[..certain]));
            _pending.Remove(0, certain);
            opening -= certain;
        }

        return Open(opening);
    }

    /// <summary>Length of what cannot be the beginning of a call, nor the space before one.</summary>
    private int CertainText(string text)
    {
        if (style.IsAlone)
        {
            return _hasText || !style.OpeningText.StartsWith(text, StringComparison.Ordinal) ? text.Length : 0;
        }

        int held = Enumerable.Range(1, Math.Min(style.OpeningText.Length, text.Length)).LastOrDefault(length => style.OpeningText.StartsWith(text[^length..], StringComparison.Ordinal));
        return text.AsSpan(0, text.Length - held).TrimEnd().Length;
    }

    private bool Open(int at)
    {
        if (at < 0)
        {
            return false;
        }

        _pending.Remove(0, at + style.OpeningText.Length);
        _state = State.Head;
        return true;
    }

    private bool AdvanceHead(List<AIContent> contents)
    {
        string text = _pending.ToString();
        int end = text.IndexOf(style.MiddleText, StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        contents.Add(new ToolCallPiece(++_index, text[style.HeadText.Length..end], ""));
        _pending.Remove(0, end + style.MiddleText.Length);
        (_state, _depth, _inString, _isEscaped) = (State.Arguments, 0, false, false);
        return true;
    }

    private bool AdvanceArguments(List<AIContent> contents)
    {
        int length = 0;
        bool isComplete = false;
        while (length < _pending.Length && !isComplete)
        {
            isComplete = IsLast(_pending[length++]);
        }

        if (length > 0)
        {
            contents.Add(new ToolCallPiece(_index, null, _pending.ToString(0, length)));
            _pending.Remove(0, length);
        }

        _state = isComplete ? State.Between : State.Arguments;
        return isComplete;
    }

    /// <summary>Whether the character ends the object.</summary>
    private bool IsLast(char character)
    {
        if (_inString)
        {
            (_inString, _isEscaped) = (_isEscaped || character != '"', !_isEscaped && character == '\\');
            return false;
        }

        _inString = character == '"';
        _depth += character is '{' or '[' ? 1 : character is '}' or ']' ? -1 : 0;
        return _depth == 0 && character == '}';
    }
}
