using Pipeline.Inference.Prompts;

namespace Pipeline.Inference.Generation;

/// <summary>Separates the thoughts of a reasoning model, "&lt;think&gt;…&lt;/think&gt;" at the start, from its answer.</summary>
internal sealed class Thoughts
{
    private string _pending = "";
    private State _state;

    private enum State
    {
        Start,
        Thinking,
        AfterThinking,
        Answering,
    }

    /// <summary>Takes a piece of output and returns what is certain so far; a tag may still be coming.</summary>
    public Separated Append(string piece)
    {
        _pending += piece;
        string thought = "";
        if (_state == State.Start && !TryOpen())
        {
            return new("", "");
        }

        if (_state == State.Thinking)
        {
            thought = TakeThought();
        }

        if (_state == State.AfterThinking)
        {
            _pending = _pending.TrimStart();
            _state = _pending.Length > 0 ? State.Answering : State.AfterThinking;
        }

        string answer = _state == State.Answering ? Take(_pending.Length) : "";
        return new(thought, answer);
    }

    /// <summary>Ends the output and returns what was held back.</summary>
    public Separated Flush() =>
        _state == State.Thinking ? new(Take(_pending.Length), "") : new("", _state == State.AfterThinking ? "" : Take(_pending.Length));

    /// <summary>False while it is open whether the output begins with thoughts.</summary>
    private bool TryOpen()
    {
        string start = _pending.TrimStart();
        if (start.StartsWith(ThoughtTags.Open, StringComparison.Ordinal))
        {
            (_pending, _state) = (start[ThoughtTags.Open.Length..], State.Thinking);
            return true;
        }

        if (ThoughtTags.Open.StartsWith(start, StringComparison.Ordinal))
        {
            return false;
        }

        _state = State.Answering;
        return true;
    }

    private string TakeThought()
    {
        int close = _pending.IndexOf(ThoughtTags.Close, StringComparison.Ordinal);
        if (close < 0)
        {
            return Take(Math.Max(0, _pending.Length - ThoughtTags.Close.Length + 1)); // The rest may begin the closing tag.
        }

        string thought = Take(close);
        (_pending, _state) = (_pending[ThoughtTags.Close.Length..], State.AfterThinking);
        return thought;
    }

    private string Take(int length)
    {
        string taken = _pending[..length];
        _pending = _pending[length..];
        return taken;
    }
}

/// <summary>A piece of output, either part of which may be empty.</summary>
internal readonly record struct Separated(string Thought, string Answer);
