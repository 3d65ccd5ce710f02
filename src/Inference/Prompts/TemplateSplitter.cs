using Pipeline.Inference.Models;

namespace Pipeline.Inference.Prompts;

/// <summary>A piece of a rendered template: one control token, or plain text when <see cref="Control"/> is null.</summary>
internal readonly record struct TemplatePiece(ControlToken? Control, string Text);

/// <summary>
/// Splits template text at control tokens the way llama.cpp does: the longest token first, wherever it stands,
/// so a token such as "&lt;|im_end|&gt;\n&lt;|im_start|&gt;assistant\n" wins over the shorter ones inside it.
/// </summary>
internal sealed class TemplateSplitter(IReadOnlyList<ControlToken> controlTokens)
{
    private readonly ControlToken[] _longestFirst =
        [.. controlTokens.Where(token => token.Text.Length > 0).OrderByDescending(token => token.Text.Length)];

    public List<TemplatePiece> Split(string text)
    {
        List<TemplatePiece> pieces = text.Length == 0 ? [] : [new(null, text)];
        foreach (ControlToken token in _longestFirst)
        {
            if (text.Contains(token.Text, StringComparison.Ordinal))
            {
                pieces = [.. pieces.SelectMany(piece => piece.Control is null ? SplitAt(piece.Text, token) : [piece])];
            }
        }

        return pieces;
    }

    private static IEnumerable<TemplatePiece> SplitAt(string text, ControlToken token)
    {
        int start = 0;
        for (int at; (at = text.IndexOf(token.Text, start, StringComparison.Ordinal)) >= 0; start = at + token.Text.Length)
        {
            if (at > start)
            {
                yield return new(null, text[start..at]);
            }

            yield return new(token, token.Text);
        }

        if (start < text.Length)
        {
            yield return new(null, text[start..]);
        }
    }
}
