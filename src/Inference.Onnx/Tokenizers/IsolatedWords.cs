using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Pipeline.Inference.Onnx.Tokenizers;

/// <summary>Words that a pattern finds, and what stands between them; the library's own leaves that out.</summary>
internal sealed class IsolatedWords(Regex pattern) : PreTokenizer
{
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => PreTokenize(text.ToString());

    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        int end = 0;
        foreach ((int index, int length) in Find(text))
        {
            if (index > end)
            {
                yield return (end, index - end);
            }

            if (length > 0)
            {
                yield return (index, length);
            }

            end = index + length;
        }

        if (end < text.Length)
        {
            yield return (end, text.Length - end);
        }
    }

    /// <summary>A match is a ref struct, which cannot live between two yields.</summary>
    private List<(int Index, int Length)> Find(string text)
    {
        List<(int, int)> found = [];
        foreach (ValueMatch match in pattern.EnumerateMatches(text))
        {
            found.Add((match.Index, match.Length));
        }

        return found;
    }
}
