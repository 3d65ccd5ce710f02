using Microsoft.Extensions.Options;
using Pipeline.Core.Documents;

namespace Pipeline.Workers.Embedding.Documents;

/// <summary>A part of a document before it is embedded.</summary>
internal readonly record struct Passage(string Text, int Tokens);

/// <summary>
/// Cuts a document into passages of so many tokens between sentences. Each repeats the last sentences of the one before, so
/// that what stands across a cut is whole in one of them. A heading begins a new passage once half of one is full.
/// </summary>
internal sealed class DocumentCutter(ITokenCounter counter, IOptions<DocumentOptions> options)
{
    private const double PieceFill = 0.8; // Pieces of equal length have more tokens here and fewer there.

    // A tokenizer may make one unknown token of a word of any length; no language has words that need more than these.
    private const int LettersOfToken = 16;

    /// <summary>The same text and tokenizer always give the same passages.</summary>
    public IReadOnlyList<Passage> Cut(string text)
    {
        var tokensMax = Math.Min(options.Value.ChunkTokens, counter.TextTokensMax ?? int.MaxValue);
        var overlapMax = Math.Min(options.Value.OverlapTokens, (tokensMax - 1) / 2); // Less than half, so that each goes on.
        var sentences = Sentences(text, tokensMax);
        List<Passage> passages = [];
        for (var (first, end) = (0, 0); end < sentences.Count;)
        {
            var tokens = sentences[first..end].Sum(sentence => sentence.Tokens);
            while (end < sentences.Count && tokens + sentences[end].Tokens <= tokensMax && !(tokens * 2 >= tokensMax && IsHeading(text, sentences[end])))
            {
                tokens += sentences[end++].Tokens;
            }

            passages.Add(new(text[sentences[first].Start..sentences[end - 1].End].Trim(), tokens));
            first = end < sentences.Count ? FirstOfNext(sentences, first, end, overlapMax, tokensMax) : end;
        }

        return passages;
    }

    /// <summary>The earliest sentence after the first with which the repeated ones stay few enough, and the next one still fits.</summary>
    private static int FirstOfNext(List<Sentence> sentences, int first, int end, int overlapMax, int tokensMax)
    {
        var room = Math.Min(overlapMax, tokensMax - sentences[end].Tokens);
        var next = end;
        while (next - 1 > first && sentences[next - 1].Tokens <= room)
        {
            room -= sentences[--next].Tokens;
        }

        return next;
    }

    private List<Sentence> Sentences(string text, int tokensMax)
    {
        List<Sentence> sentences = [];
        foreach (var (start, end) in TextPieces.Sentences(text))
        {
            Add(start, end);
        }

        return sentences;

        void Add(int start, int end)
        {
            var sentence = text[start..end];
            if (string.IsNullOrWhiteSpace(sentence))
            {
                return;
            }

            var tokens = Math.Max(counter.Count(sentence), (sentence.Length + LettersOfToken - 1) / LettersOfToken);
            if (tokens <= tokensMax || end - start < 2)
            {
                sentences.Add(new(start, end, Math.Min(tokens, tokensMax)));
                return;
            }

            // A long sentence, or a table: by words, and by characters where there are none.
            var lengthMax = Math.Max(1, (int)((end - start) * PieceFill * tokensMax / tokens));
            foreach (var piece in TextPieces.Ranges(text, start, end, lengthMax))
            {
                Add(piece.Start, piece.End);
            }
        }
    }

    private static bool IsHeading(string text, Sentence sentence) => text[sentence.Start] == '#';

    private readonly record struct Sentence(int Start, int End, int Tokens);
}
