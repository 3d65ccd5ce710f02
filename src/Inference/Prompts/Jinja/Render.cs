using System.Runtime.CompilerServices;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja;

/// <summary>One rendering: its clock, and what it has left of its limits. Used by one thread.</summary>
internal sealed class Render(JinjaLimits limits, TimeProvider time, CancellationToken cancellationToken)
{
    private const int StepsBetweenChecks = 1_024;

    private long _steps;
    private long _checkAt = StepsBetweenChecks;
    private int _calls;

    public TimeProvider Time => time;

    /// <summary>Of the statement that runs now.</summary>
    public int Line { get; set; }

    public TextBuilder NewText() => new(limits.TextLengthMax);

    /// <summary>Counts work, before it is done where it may be much.</summary>
    /// <exception cref="JinjaException">It is too much.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for the result.</exception>
    public void Step(long count = 1)
    {
        _steps += count;
        if (_steps >= _checkAt)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _checkAt = _steps + StepsBetweenChecks;
            if (_steps > limits.StepsMax)
            {
                throw new JinjaException($"it takes more than {limits.StepsMax} steps");
            }
        }

        // Long sums and deep lists recurse as well, so the stack itself is asked.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new JinjaException("it nests too deeply");
        }
    }

    /// <summary>Counts a value that was made.</summary>
    public object? Made(object? value)
    {
        switch (value)
        {
            case Text text:
                CheckLength(text.Value.Length);
                Step(text.Value.Length / 64);
                break;
            case JinjaList list:
                CheckElements(list.Items.Count);
                break;
            case JinjaDict dict:
                CheckElements(dict.Count);
                break;
        }

        return value;
    }

    public void CheckLength(long length)
    {
        if (length > limits.TextLengthMax)
        {
            throw new JinjaException($"a text gets longer than {limits.TextLengthMax} characters");
        }
    }

    public void CheckElements(long count)
    {
        if (count > limits.ElementsMax)
        {
            throw new JinjaException($"a list gets longer than {limits.ElementsMax} elements");
        }

        Step(count);
    }

    public T Call<T>(Func<T> body)
    {
        if (++_calls > limits.CallsMax)
        {
            throw new JinjaException($"more than {limits.CallsMax} macros call each other");
        }

        T result = body();
        _calls--;
        return result;
    }
}
