using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.Inference.Onnx.Tests.Tokenizers;

/// <summary>Small tokenizer.json files, in the shapes of well-known models.</summary>
internal static class TokenizerFiles
{
    /// <summary>WordPiece within RoBERTa's control tokens; the first four of the vocabulary.</summary>
    public static JsonObject MpnetWordPiece(params string[] vocabulary) => new()
    {
        ["added_tokens"] = Added(vocabulary[..4]),
        ["normalizer"] = new JsonObject { ["type"] = "BertNormalizer", ["clean_text"] = true, ["handle_chinese_chars"] = true, ["strip_accents"] = null, ["lowercase"] = true },
        ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
        ["post_processor"] = new JsonObject { ["type"] = "RobertaProcessing", ["sep"] = new JsonArray(vocabulary[2], 2), ["cls"] = new JsonArray(vocabulary[0], 0) },
        ["model"] = new JsonObject { ["type"] = "WordPiece", ["unk_token"] = vocabulary[3], ["continuing_subword_prefix"] = "##", ["max_input_chars_per_word"] = 100, ["vocab"] = Numbered(vocabulary) },
    };

    /// <summary>Unigram, as multilingual-e5 and bge-m3 have it; the first four are fairseq's.</summary>
    public static JsonObject XlmRoberta(params (string Text, double Score)[] pieces) => new()
    {
        ["added_tokens"] = Added([.. pieces[..4].Select(piece => piece.Text)]),
        ["normalizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["normalizers"] = new JsonArray(new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["Regex"] = " {2,}" }, ["content"] = " " }),
        },
        ["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(new JsonObject { ["type"] = "WhitespaceSplit" }, new JsonObject { ["type"] = "Metaspace", ["replacement"] = "▁", ["prepend_scheme"] = "always" }),
        },
        ["post_processor"] = Template(("<s>", 0), ("</s>", 2)),
        ["model"] = new JsonObject { ["type"] = "Unigram", ["unk_id"] = 3, ["vocab"] = new JsonArray([.. pieces.Select(piece => new JsonArray(piece.Text, piece.Score))]) },
    };

    /// <summary>SentencePiece's compiled normalization of one character: its text's bytes lead through a double array to the new text.</summary>
    public static string CharsMap(string from, string to)
    {
        const int Row = 256;
        const uint HasLeaf = 1 << 8;
        const uint Leaf = 1u << 31;
        byte[] key = Encoding.UTF8.GetBytes(from);
        uint[] units = new uint[(key.Length + 2) * Row];
        units[0] = Row << 10;
        for (int i = 0; i < key.Length; i++)
        {
            uint at = (uint)((i + 1) * Row) ^ key[i];
            units[at] = ((at ^ (uint)((i + 2) * Row)) << 10) | (i == key.Length - 1 ? HasLeaf : 0) | key[i];
        }

        units[(key.Length + 1) * Row] = Leaf; // The new text begins at 0.
        byte[] trie = MemoryMarshal.AsBytes<uint>(units).ToArray();
        return Convert.ToBase64String([.. BitConverter.GetBytes(trie.Length), .. trie, .. Encoding.UTF8.GetBytes(to), 0]);
    }

    /// <summary>Byte-level BPE that ends a text as decoders made into encoders do.</summary>
    public static JsonObject DecoderBpe(IReadOnlyList<string> vocabulary, params string[] merges) => new()
    {
        ["added_tokens"] = Added(vocabulary.Count, "<|endoftext|>"),
        ["normalizer"] = new JsonObject { ["type"] = "NFC" },
        ["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = @"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|\s+" }, ["behavior"] = "Isolated" },
                new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = false }),
        },
        ["post_processor"] = Template(null, ("<|endoftext|>", vocabulary.Count)),
        ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = Numbered([.. vocabulary]), ["merges"] = new JsonArray([.. merges.Select(merge => new JsonArray([.. merge.Split(' ').Select(part => JsonValue.Create(part))]))]) },
    };

    public static JsonObject Numbered(string[] vocabulary)
    {
        JsonObject numbered = [];
        for (int i = 0; i < vocabulary.Length; i++)
        {
            numbered[vocabulary[i]] = i;
        }

        return numbered;
    }

    private static JsonArray Added(string[] tokens) => [.. tokens.Select((token, id) => Added(token, id))];

    private static JsonArray Added(int id, string token) => [Added(token, id)];

    private static JsonObject Added(string token, int id) => new() { ["id"] = id, ["content"] = token, ["special"] = true };

    private static JsonObject Template((string Text, int Id)? before, (string Text, int Id) after)
    {
        JsonArray single = [];
        JsonObject special = [];
        Add(before);
        single.Add(new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } });
        Add(after);
        return new() { ["type"] = "TemplateProcessing", ["single"] = single, ["special_tokens"] = special };

        void Add((string Text, int Id)? token)
        {
            if (token is { } known)
            {
                single.Add(new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = known.Text, ["type_id"] = 0 } });
                special[known.Text] = new JsonObject { ["id"] = known.Text, ["ids"] = new JsonArray(known.Id), ["tokens"] = new JsonArray(known.Text) };
            }
        }
    }
}
