using System.Text;

namespace Pipeline.Inference.Structured.Rules;

/// <summary>
/// An answer of a model that was offered functions: text or JSON, calls, or text and then calls. A call begins as the model's
/// style has it, and from there on nothing is possible but a function that there is, with arguments that follow its schema.
/// </summary>
/// <remarks>
/// Number is the function of a call. Count is the bytes so far of the fixed text that is being written, or, in free text, how
/// much of the opening of a call the text ends with.
/// </remarks>
internal sealed class ToolTurnRule : Rule
{
    private const int Start = 0, Free = 1, Opening = 2, Head = 3, Arguments = 4, Closing = 5, Called = 6, Between = 7;

    private readonly ToolTurnText _text;
    private readonly IReadOnlyList<(byte[] Head, Rule Arguments)> _tools;
    private readonly Rule? _answer;
    private readonly bool _mayAnswer;
    private readonly bool _mayRepeat;

    /// <param name="text">The fixed texts of the model's style.</param>
    /// <param name="answer">JSON that an answer without calls has to be; null: any text.</param>
    /// <param name="mayAnswer">Whether there may be no call.</param>
    /// <param name="mayRepeat">Whether another call may follow.</param>
    public ToolTurnRule(ToolTurnText text, IReadOnlyList<(string Name, Rule Arguments)> tools, Rule? answer, bool mayAnswer, bool mayRepeat)
    {
        (_text, _answer, _mayAnswer, _mayRepeat) = (text, answer, mayAnswer, mayRepeat);
        _tools = [.. tools.Select(tool => (Encoding.UTF8.GetBytes(text.HeadOf(tool.Name)), tool.Arguments))];
        Measure();
    }

    public override JsonKinds Kinds => JsonKinds.Any;

    public override void Step(Position at, Frame? rest, byte next, List<Cursor> to)
    {
        switch (at.Phase)
        {
            case Start:
                if (_answer is null && _mayAnswer)
                {
                    StepFree(default, rest, next, to, isFirst: true);
                    break;
                }

                StepFixed(_text.Opening, Opening, Head, default, rest, next, to);
                if (_mayAnswer)
                {
                    _answer!.Step(default, rest, next, to);
                }

                break;
            case Free:
                StepFree(at, rest, next, to, isFirst: false);
                break;
            case Opening:
                StepFixed(_text.Opening, Opening, Head, at, rest, next, to);
                break;
            case Head:
                StepHead(at, rest, next, to);
                break;
            case Arguments:
                _tools[(int)at.Number].Arguments.Step(default, new(this, new(Closing, 0, at.Number), rest), next, to);
                break;
            case Closing:
                StepFixed(_text.Closing, Closing, Called, at, rest, next, to);
                break;
            case Called when _mayRepeat:
                StepFixed(_text.Between, Between, Head, default, rest, next, to);
                break;
            case Between:
                StepFixed(_text.Between, Between, Head, at, rest, next, to);
                break;
        }
    }

    public override bool Ends(Position at) => at.Phase is Free or Called;

    protected override int MeasureParts() => 0;

    /// <summary>Any byte, as long as no call opens. Where a model has its calls alone, they open at the start only.</summary>
    private void StepFree(Position at, Frame? rest, byte next, List<Cursor> to, bool isFirst)
    {
        if (_text.IsAlone)
        {
            bool opens = (isFirst || at.Count > 0) && _text.Opening[at.Count] == next;
            if (opens)
            {
                Enter(_text.Opening, Free, Head, at.Count + 1, rest, to);
            }
            else if (at.Count == 0)
            {
                to.Add(new(this, new(Free), rest));
            }

            return;
        }

        int matched = _text.Match(at.Count, next);
        Enter(_text.Opening, Free, Head, matched, rest, to);
    }

    private void Enter(byte[] text, int phase, int after, int count, Frame? rest, List<Cursor> to) =>
        to.Add(new(this, count == text.Length ? new(after) : new(phase, count), rest));

    private void StepFixed(byte[] text, int phase, int after, Position at, Frame? rest, byte next, List<Cursor> to)
    {
        if (text[at.Count] == next)
        {
            to.Add(new(this, at.Count + 1 == text.Length ? new(after, 0, at.Number) : new(phase, at.Count + 1, at.Number), rest));
        }
    }

    /// <summary>The names of functions that begin alike are read side by side.</summary>
    private void StepHead(Position at, Frame? rest, byte next, List<Cursor> to)
    {
        (int first, int last) = at.Count == 0 ? (0, _tools.Count - 1) : ((int)at.Number, (int)at.Number);
        for (int tool = first; tool <= last; tool++)
        {
            byte[] head = _tools[tool].Head;
            if (head[at.Count] == next)
            {
                to.Add(new(this, at.Count + 1 == head.Length ? new(Arguments, 0, tool) : new(Head, at.Count + 1, tool), rest));
            }
        }
    }
}
