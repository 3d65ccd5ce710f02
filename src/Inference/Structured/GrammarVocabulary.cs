using Pipeline.Inference.Models;
using Pipeline.Inference.Structured.Rules;

namespace Pipeline.Inference.Structured;

/// <summary>
/// The tokens of a model by their bytes. Built once a model, read by all its constraints. Tokens that stay inside a string
/// wherever one is open, nearly all of a vocabulary, are kept apart: within a string they need no walk.
/// </summary>
internal sealed class GrammarVocabulary
{
    private const int Leaves = -1;

    private readonly byte[][] _bytes;
    private readonly int[][] _insideByLength;
    private readonly TokenSet _allInside;

    /// <exception cref="InferenceException">The vocabulary cannot write every text.</exception>
    public GrammarVocabulary(ILanguageModel model)
    {
        HashSet<int> control = [.. model.ControlTokens.Select(token => token.Id)];
        _bytes = [.. Enumerable.Range(0, model.Info.VocabularySize).Select(token =>
            control.Contains(token) || model.IsEndOfGeneration(token) ? [] : model.GetTokenBytes(token))];
        CheckBytes(model.Info.Name);

        ILookup<int, int> tokens = Enumerable.Range(0, Size)
            .Where(token => _bytes[token].Length > 0)
            .ToLookup(token => StringRule.CountInside(_bytes[token]) ?? Leaves);
        _insideByLength = [.. Enumerable.Range(0, tokens.Max(group => group.Key) + 1).Select(length => tokens[length].ToArray())];
        int[] inside = [.. _insideByLength.SelectMany(group => group)];
        _allInside = new(Size);
        _allInside.AddRange(inside);
        Inside = new(inside, token => _bytes[token]);
        Outside = new(tokens[Leaves], token => _bytes[token]);
    }

    /// <summary>Tokens of the model, also those that may never come.</summary>
    public int Size => _bytes.Length;

    /// <summary>Tokens that stay inside of any string.</summary>
    public TokenTrie Inside { get; }

    /// <summary>All others: with quotes, control characters, or the rest of a character that another token begins.</summary>
    public TokenTrie Outside { get; }

    /// <summary>Bytes of a token; none for those that may never come.</summary>
    public ReadOnlySpan<byte> BytesOf(int token) => (uint)token < (uint)_bytes.Length ? _bytes[token] : [];

    /// <summary>Adds the tokens that stay inside a string with room for this many characters.</summary>
    public void AddInside(TokenSet allowed, int room)
    {
        if (room >= _insideByLength.Length - 1)
        {
            allowed.UnionWith(_allInside);
            return;
        }

        for (int characters = 0; characters <= room; characters++)
        {
            allowed.AddRange(_insideByLength[characters]);
        }
    }

    /// <summary>A grammar promises that every answer can end; a byte that no token can write would break the promise.</summary>
    private void CheckBytes(string model)
    {
        HashSet<byte> single = [.. _bytes.Where(bytes => bytes.Length == 1).Select(bytes => bytes[0])];
        int missing = Enumerable.Range(0x20, 0xF5 - 0x20).FirstOrDefault(value => value is not (0x7F or 0xC0 or 0xC1) && !single.Contains((byte)value), -1);
        if (missing >= 0)
        {
            throw new InferenceException(
                $"The vocabulary of {model} has no token for the byte 0x{missing:X2}, so an answer in JSON could get stuck. Take a model with a byte-level or byte-fallback tokenizer.");
        }
    }
}
