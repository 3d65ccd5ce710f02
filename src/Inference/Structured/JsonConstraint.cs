using Pipeline.Inference.Structured.Rules;

namespace Pipeline.Inference.Structured;

/// <summary>A grammar over the tokens of a model, at one place of one answer.</summary>
internal sealed class JsonConstraint : ITokenConstraint
{
    private readonly GrammarVocabulary _vocabulary;
    private readonly TokenSet _allowed;
    private readonly int[] _starts;

    // Scratch for steps: sets of cursors, each behind the one that it came from.
    private readonly List<Cursor> _steps = [];
    private readonly List<Cursor> _at = [];

    public JsonConstraint(JsonGrammar grammar, GrammarVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _allowed = new(vocabulary.Size);
        _starts = new int[Math.Max(vocabulary.Inside.DepthMax, vocabulary.Outside.DepthMax) + 2];
        _at.Add(new(grammar.Start, default, null));
    }

    /// <inheritdoc/>
    public bool CanEnd => _at.Exists(cursor => cursor.CanEnd);

    /// <inheritdoc/>
    public bool MustEnd => CanEnd && !Enumerable.Range(0, 256).Any(next => Follow([(byte)next]) > 0);

    /// <inheritdoc/>
    public bool Allows(int token) => Follow(_vocabulary.BytesOf(token)) > 0;

    /// <inheritdoc/>
    public void Mask(Span<float> logits)
    {
        if (logits.Length != _vocabulary.Size)
        {
            throw new ArgumentException($"{logits.Length} logits for a vocabulary of {_vocabulary.Size} tokens.", nameof(logits));
        }

        // A token is allowed when any reading allows it, so readings inside of a string need no walk over what stays inside.
        _allowed.Clear();
        _steps.Clear();
        foreach (Cursor cursor in _at)
        {
            if (cursor.Rule.RoomAt(cursor.At) is int room)
            {
                _vocabulary.AddInside(_allowed, room);
            }
            else
            {
                _steps.Add(cursor);
            }
        }

        Walk(_vocabulary.Inside);
        _steps.Clear();
        _steps.AddRange(_at);
        Walk(_vocabulary.Outside);
        _allowed.Mask(logits);
    }

    /// <inheritdoc/>
    public void Accept(int token)
    {
        int count = Follow(_vocabulary.BytesOf(token));
        if (count == 0)
        {
            throw new InvalidOperationException($"Token {token} is not allowed here. Ask Allows first.");
        }

        _at.Clear();
        _at.AddRange(_steps[^count..]);
        CursorSet.DropRepeated(_at, 0);
    }

    /// <summary>Steps over the bytes; returns how many cursors, the last of the scratch, are behind them. None for no bytes.</summary>
    private int Follow(ReadOnlySpan<byte> bytes)
    {
        _steps.Clear();
        _steps.AddRange(_at);
        int start = 0;
        foreach (byte next in bytes)
        {
            int end = _steps.Count;
            if (!CursorSet.Step(_steps, start, end, next))
            {
                return 0;
            }

            start = end;
        }

        return bytes.Length == 0 ? 0 : _steps.Count - start;
    }

    /// <summary>Adds every token that the cursors in the scratch can follow.</summary>
    private void Walk(TokenTrie trie)
    {
        // The set behind d bytes lies in the scratch between _starts[d] and _starts[d + 1].
        _starts[1] = _steps.Count;
        for (int node = _steps.Count == 0 ? trie.Count : 0; node < trie.Count;)
        {
            int depth = trie.DepthOf(node);
            int end = _starts[depth + 1];
            _steps.RemoveRange(end, _steps.Count - end);
            if (!CursorSet.Step(_steps, _starts[depth], end, trie.ByteAt(node)))
            {
                node = trie.EndOf(node);
                continue;
            }

            _starts[depth + 2] = _steps.Count;
            _allowed.AddRange(trie.TokensAt(node));
            node++;
        }
    }
}
