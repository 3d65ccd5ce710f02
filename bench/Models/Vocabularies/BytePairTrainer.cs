namespace Pipeline.Bench.Models.Vocabularies;

/// <summary>Byte-pair encoding: again and again, the most frequent pair of neighbours becomes one token.</summary>
internal sealed class BytePairTrainer
{
    private readonly List<string> _symbols = [.. ByteAlphabet.Letters.Select(letter => letter.ToString())];
    private readonly Dictionary<string, int> _ids;
    private readonly (List<int> Symbols, int Weight)[] _words;

    /// <param name="words">Texts that are never merged with each other, and how often each occurs.</param>
    public BytePairTrainer(IEnumerable<(string Text, int Weight)> words)
    {
        _ids = _symbols.Select((symbol, id) => (symbol, id)).ToDictionary(pair => pair.symbol, pair => pair.id);
        _words = [.. words.Select(word => (ByteAlphabet.Spell(word.Text).Select(letter => _ids[letter.ToString()]).ToList(), word.Weight))];
    }

    /// <summary>Every byte, then what merges made.</summary>
    public IReadOnlyList<string> Symbols => _symbols;

    /// <summary>Merges in order, fewer than asked for once every word is one token.</summary>
    public List<string> Train(int mergesMax)
    {
        List<string> merges = [];
        while (merges.Count < mergesMax && FindBest() is (int left, int right))
        {
            merges.Add($"{_symbols[left]} {_symbols[right]}");
            Merge(left, right, IdOf(_symbols[left] + _symbols[right]));
        }

        return merges;
    }

    private (int Left, int Right)? FindBest()
    {
        Dictionary<(int Left, int Right), int> counts = [];
        foreach ((List<int> symbols, int weight) in _words)
        {
            for (int i = 1; i < symbols.Count; i++)
            {
                (int, int) pair = (symbols[i - 1], symbols[i]);
                counts[pair] = counts.GetValueOrDefault(pair) + weight;
            }
        }

        // The smaller ids of equals: the same vocabulary every time.
        return counts.Count == 0 ? null : counts.MinBy(entry => (-entry.Value, entry.Key.Left, entry.Key.Right)).Key;
    }

    private void Merge(int left, int right, int merged)
    {
        foreach ((List<int> symbols, _) in _words)
        {
            for (int i = 1; i < symbols.Count; i++)
            {
                if (symbols[i - 1] == left && symbols[i] == right)
                {
                    symbols[i - 1] = merged;
                    symbols.RemoveAt(i);
                }
            }
        }
    }

    private int IdOf(string symbol)
    {
        if (!_ids.TryGetValue(symbol, out int id))
        {
            id = _symbols.Count;
            _symbols.Add(symbol);
            _ids.Add(symbol, id);
        }

        return id;
    }
}
