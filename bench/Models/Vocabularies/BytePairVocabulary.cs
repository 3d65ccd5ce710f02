using Pipeline.Bench.Models.Gguf;

namespace Pipeline.Bench.Models.Vocabularies;

/// <summary>
/// Byte-level BPE, so that every text has tokens and comes back whole. Words of the list are one token or few; the rest of
/// the vocabulary is invented, unreachable through merges, and there for its size.
/// </summary>
internal sealed class BytePairVocabulary
{
    private const int TokenNormal = 1;
    private const int TokenControl = 3;

    private const string ChatMl =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private static readonly string[] _control = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    private readonly List<string> _tokens;
    private readonly List<string> _merges;

    private BytePairVocabulary(List<string> tokens, List<string> merges) => (_tokens, _merges) = (tokens, merges);

    public static BytePairVocabulary Train(int size, int mergesMax)
    {
        BytePairTrainer trainer = new(Weigh(WordList.Words));
        List<string> merges = trainer.Train(Math.Min(mergesMax, size - 256 - _control.Length));
        List<string> tokens = [.. trainer.Symbols];
        Invent(tokens, size - _control.Length);
        tokens.AddRange(_control);
        return new(tokens, merges);
    }

    public void AddTo(GgufMetadataWriter metadata, string preTokenizer, string? chatTemplate)
    {
        uint endOfText = (uint)(_tokens.Count - _control.Length);
        metadata.Add("tokenizer.ggml.model", "gpt2");
        metadata.Add("tokenizer.ggml.pre", preTokenizer);
        metadata.Add("tokenizer.ggml.tokens", _tokens);
        metadata.Add("tokenizer.ggml.token_type", [.. _tokens.Select((_, id) => id < endOfText ? TokenNormal : TokenControl)]);
        metadata.Add("tokenizer.ggml.merges", _merges);
        metadata.Add("tokenizer.ggml.bos_token_id", endOfText);
        metadata.Add("tokenizer.ggml.eos_token_id", endOfText + 2);
        metadata.Add("tokenizer.ggml.padding_token_id", endOfText);
        metadata.Add("tokenizer.ggml.add_bos_token", false);
        metadata.Add("tokenizer.chat_template", chatTemplate ?? ChatMl);
    }

    /// <summary>Within a text a word follows a space far more often than it begins a line.</summary>
    private static IEnumerable<(string Text, int Weight)> Weigh(IReadOnlyList<string> words)
    {
        for (int rank = 0; rank < words.Count; rank++)
        {
            yield return (" " + words[rank], 4 + (1_000 / (rank + 10)));
            yield return (words[rank], 1 + (200 / (rank + 10)));
        }
    }

    private static void Invent(List<string> tokens, int count)
    {
        HashSet<string> known = [.. tokens];
        SplitMix random = SplitMix.For(nameof(Invent), seed: 1);
        string space = ByteAlphabet.Spell(" ");
        while (tokens.Count < count)
        {
            char[] letters = new char[3 + random.Next(7)];
            for (int i = 0; i < letters.Length; i++)
            {
                letters[i] = (char)('a' + random.Next(26));
            }

            string token = (random.Next(10) < 6 ? space : "") + new string(letters);
            if (known.Add(token))
            {
                tokens.Add(token);
            }
        }
    }
}
