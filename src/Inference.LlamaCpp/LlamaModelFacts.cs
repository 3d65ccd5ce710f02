using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Inference.LlamaCpp.Native;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LlamaCpp;

/// <summary>Reads what a loaded model says about itself.</summary>
internal static unsafe class LlamaModelFacts
{
    private const int AttributeUnknown = 1 << 0;
    private const int AttributeControl = 1 << 3;
    private const int AttributeStripsLeft = 1 << 7;
    private const int AttributeStripsRight = 1 << 8;

    public static ModelInfo ReadInfo(ModelHandle model, nint vocabulary, string path)
    {
        int eot = LlamaApi.llama_vocab_eot(vocabulary);
        return new ModelInfo
        {
            Name = ReadMetadata(model, "general.name") is { Length: > 0 } name ? name : Path.GetFileNameWithoutExtension(path),
            Architecture = ReadMetadata(model, "general.architecture") ?? "unknown",
            VocabularySize = LlamaApi.llama_vocab_n_tokens(vocabulary),
            ContextTokensTrained = LlamaApi.llama_model_n_ctx_train(model),
            EmbeddingSize = LlamaApi.llama_model_n_embd(model),
            WeightBytes = (long)LlamaApi.llama_model_size(model),
            BosToken = TokenOrNull(LlamaApi.llama_vocab_bos(vocabulary)),
            AddsBos = LlamaApi.llama_vocab_get_add_bos(vocabulary),
            EndOfTurnToken = TokenOrNull(eot) ?? TokenOrNull(LlamaApi.llama_vocab_eos(vocabulary)),
            Thinks = Marshal.PtrToStringUTF8((nint)LlamaApi.llama_model_chat_template(model, null))?.Contains("<think>", StringComparison.Ordinal) ?? false,
        };
    }

    public static IReadOnlyList<ControlToken> ReadControlTokens(nint vocabulary, int vocabularySize)
    {
        List<ControlToken> tokens = [];
        for (int token = 0; token < vocabularySize; token++)
        {
            int attributes = LlamaApi.llama_vocab_get_attr(vocabulary, token);
            if ((attributes & (AttributeControl | AttributeUnknown)) != 0)
            {
                string text = Marshal.PtrToStringUTF8((nint)LlamaApi.llama_vocab_get_text(vocabulary, token)) ?? "";
                tokens.Add(new(token, text, (attributes & AttributeStripsLeft) != 0, (attributes & AttributeStripsRight) != 0));
            }
        }

        return tokens;
    }

    private static string? ReadMetadata(ModelHandle model, string key)
    {
        byte[] buffer = new byte[512];
        fixed (byte* bytes = buffer)
        {
            // The answer is the full length, as snprintf's; a longer value is cut, and the last byte is the terminator.
            int length = LlamaApi.llama_model_meta_val_str(model, key, bytes, (nuint)buffer.Length);
            return length < 0 ? null : Encoding.UTF8.GetString(buffer, 0, Math.Min(length, buffer.Length - 1));
        }
    }

    private static int? TokenOrNull(int token) => token < 0 ? null : token;
}
