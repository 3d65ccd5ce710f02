using Pipeline.Inference.Structured.Patterns;

namespace Pipeline.Inference.Structured.Rules;

/// <summary>How many characters may follow each state of a machine: needed where a text has both a least and a greatest length.</summary>
internal sealed class PatternLengths
{
    private readonly bool[][] _ways; // By what is left, then by state.

    /// <param name="lengthMax">Characters that are looked ahead.</param>
    public PatternLengths(TextMachine machine, int lengthMax)
    {
        _ways = new bool[lengthMax + 1][];
        _ways[0] = [.. Enumerable.Range(0, machine.Count).Select(machine.EndsAt)];
        for (int left = 1; left <= lengthMax; left++)
        {
            bool[] shorter = _ways[left - 1];
            _ways[left] = [.. Enumerable.Range(0, machine.Count).Select(state => machine.Followers(state).Any(next => shorter[next]))];
        }
    }

    public bool AnyIn(int state, int least, int most)
    {
        for (int left = least; left <= Math.Min(most, _ways.Length - 1); left++)
        {
            if (_ways[left][state])
            {
                return true;
            }
        }

        return false;
    }
}
