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
    private const string Markdown = "markdown";
    private const string PlainText = "text";

    private const double PieceFill = 0.8; // Pieces of equal length have more tokens here and fewer there.

    // A tokenizer may make one unknown token of a word of any length; no language has words that need more than these.
    private const int LettersOfToken = 16;

    /// <summary>The same text, format and tokenizer always give the same passages.</summary>
    /// <param name="format">As documents have it: a plain text has no headings, and only Markdown has tables and fences.</param>
    public IReadOnlyList<Passage> Cut(string text, string format)
    {
        var tokensMax = Math.Min(options.Value.ChunkTokens, counter.TextTokensMax ?? int.MaxValue);
        var overlapMax = Math.Min(options.Value.OverlapTokens, (tokensMax - 1) / 2); // Less than half, so that each goes on.
        var sentences = Sentences(text, format, tokensMax);
        List<Passage> passages = [];
        for (var (first, end) = (0, 0); end < sentences.Count;)
        {
            var header = sentences[first].Header;
            var tokens = header.Tokens + sentences[first..end].Sum(sentence => sentence.Tokens);
            while (end < sentences.Count && tokens + sentences[end].Tokens <= tokensMax && !(tokens * 2 >= tokensMax && sentences[end].IsHeading))
            {
                tokens += sentences[end++].Tokens;
            }

            var body = text[sentences[first].Start..sentences[end - 1].End].Trim();
            passages.Add(new(header.Tokens > 0 ? $"{header.Text}\n{body}" : body, tokens));
            first = end < sentences.Count ? FirstOfNext(sentences, first, end, overlapMax, tokensMax) : end;
        }

        return passages;
    }

    /// <summary>The earliest sentence after the first with which the repeated ones stay few enough, and the next one still fits.</summary>
    private static int FirstOfNext(List<Sentence> sentences, int first, int end, int overlapMax, int tokensMax)
    {
        var (next, repeated) = (end, 0);
        while (next - 1 > first)
        {
            var before = sentences[next - 1];
            if (repeated + before.Tokens > overlapMax || before.Header.Tokens + repeated + before.Tokens + sentences[end].Tokens > tokensMax)
            {
                break;
            }

            repeated += before.Tokens;
            next--;
        }

        return next;
    }

    private List<Sentence> Sentences(string text, string format, int tokensMax)
    {
        List<Sentence> sentences = [];
        var header = Header.None;
        foreach (var block in format is Markdown ? MarkdownBlocks.Of(text) : [new(0, text.Length, BlockKind.Prose)])
        {
            if (block.Kind is BlockKind.TableRow)
            {
                Add(block.Start, block.End, header);
                continue;
            }

            var canHead = block.Kind is BlockKind.Prose && format is not PlainText;
            header = block.Kind is BlockKind.TableHeader ? HeaderOf(block) : Header.None;
            foreach (var (start, end) in block.Kind is BlockKind.TableHeader ? [(0, block.End - block.Start)] : TextPieces.Sentences(text[block.Start..block.End]))
            {
                Add(block.Start + start, block.Start + end, Header.None, canHead && text[block.Start + start] == '#');
            }
        }

        return sentences;

        // One that is longer than half of a passage would leave too little room for the rows.
        Header HeaderOf(MarkdownBlock block)
        {
            var names = text[block.Start..block.End].Trim();
            return Tokens(names) is var tokens && tokens * 2 <= tokensMax ? new(names, tokens) : Header.None;
        }

        void Add(int start, int end, Header header, bool isHeading = false)
        {
            var sentence = text[start..end];
            if (string.IsNullOrWhiteSpace(sentence))
            {
                return;
            }

            var (tokens, room) = (Tokens(sentence), tokensMax - header.Tokens);
            if (tokens <= room || end - start < 2)
            {
                sentences.Add(new(start, end, Math.Min(tokens, room), header, isHeading));
                return;
            }

            // A long sentence or row: by words, and by characters where there are none.
            var lengthMax = Math.Max(1, (int)((end - start) * PieceFill * room / tokens));
            foreach (var piece in TextPieces.Ranges(text, start, end, lengthMax))
            {
                Add(piece.Start, piece.End, header, isHeading && piece.Start == start);
            }
        }
    }

    private int Tokens(string text) => Math.Max(counter.Count(text), (text.Length + LettersOfToken - 1) / LettersOfToken);

    private readonly record struct Sentence(int Start, int End, int Tokens, Header Header, bool IsHeading);

    /// <summary>What a passage that begins with this sentence has before it: the names of the columns of a row.</summary>
    private readonly record struct Header(string Text, int Tokens)
    {
        public static readonly Header None = new("", 0);
    }
}
