using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.LlamaCpp.Native;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LlamaCpp;

/// <summary>A model in llama.cpp. Everything here only reads the native model, which is safe from any thread.</summary>
internal sealed unsafe class LlamaModel : ILanguageModel
{
    private readonly ModelHandle _handle;
    private readonly nint _vocabulary;

    public LlamaModel(ModelHandle handle, string path)
    {
        _handle = handle;
        _vocabulary = LlamaApi.llama_model_get_vocab(handle);
        Info = LlamaModelFacts.ReadInfo(handle, _vocabulary, path);
        ControlTokens = LlamaModelFacts.ReadControlTokens(_vocabulary, Info.VocabularySize);
    }

    public ModelInfo Info { get; }

    public IReadOnlyList<ControlToken> ControlTokens { get; }

    public int[] Tokenize(string text, bool parseControlTokens) =>
        text.Length == 0 ? [] : Tokenize(text, addSpecial: false, parseControlTokens);

    public int[] TokenizeInput(string text) => Tokenize(text, addSpecial: true, parseSpecial: false);

    public byte[] GetTokenBytes(int token)
    {
        CheckToken(token);
        byte[] bytes = new byte[64];
        int length = ReadPiece(token, bytes);
        if (length < 0)
        {
            bytes = new byte[-length];
            length = ReadPiece(token, bytes);
        }

        return bytes[..length];
    }

    public bool IsEndOfGeneration(int token)
    {
        CheckToken(token);
        return LlamaApi.llama_vocab_is_eog(_vocabulary, token);
    }

    public string ApplyChatTemplate(IReadOnlyList<TemplateMessage> messages, bool addAssistantHeader)
    {
        bool held = false;
        _handle.DangerousAddRef(ref held);
        LlamaChatMessage[] native = new LlamaChatMessage[messages.Count];
        try
        {
            byte* template = LlamaApi.llama_model_chat_template(_handle, null);
            if (template is null)
            {
                throw new InferenceException($"The model {Info.Name} has no chat template. Take an instruct model.");
            }

            for (int i = 0; i < native.Length; i++)
            {
                native[i].Role = (byte*)Marshal.StringToCoTaskMemUTF8(messages[i].Role);
                native[i].Content = (byte*)Marshal.StringToCoTaskMemUTF8(messages[i].Content);
            }

            return Render(template, native, addAssistantHeader);
        }
        finally
        {
            _handle.DangerousRelease();
            foreach (LlamaChatMessage message in native)
            {
                Marshal.FreeCoTaskMem((nint)message.Role);
                Marshal.FreeCoTaskMem((nint)message.Content);
            }
        }
    }

    public IDecoder CreateDecoder(DecoderParameters parameters)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return LlamaDecoder.Create(_handle, Info, parameters);
    }

    public IEmbeddingEncoder CreateEncoder(EncoderParameters parameters)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return LlamaEncoder.Create(_handle, Info, parameters);
    }

    public void Dispose() => _handle.Dispose();

    private int[] Tokenize(string text, bool addSpecial, bool parseSpecial)
    {
        bool held = false;
        _handle.DangerousAddRef(ref held); // Another thread may dispose the model meanwhile.

        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        int length = Encoding.UTF8.GetBytes(text, utf8);
        int[] tokens = ArrayPool<int>.Shared.Rent(length + 8); // A byte is at most one token, plus a space and the special ones that some tokenizers add.
        try
        {
            int count = Tokenize(utf8.AsSpan(0, length), tokens, addSpecial, parseSpecial);
            if (count < 0 && count != int.MinValue)
            {
                ArrayPool<int>.Shared.Return(tokens); // Some tokenizers normalise first, and a ligature becomes a phrase.
                tokens = ArrayPool<int>.Shared.Rent(-count);
                count = Tokenize(utf8.AsSpan(0, length), tokens, addSpecial, parseSpecial);
            }

            return count >= 0
                ? tokens[..count]
                : throw new InferenceException($"The tokenizer of {Info.Name} needs {-(long)count} tokens for {length} bytes; it is damaged.");
        }
        finally
        {
            _handle.DangerousRelease();
            ArrayPool<byte>.Shared.Return(utf8);
            ArrayPool<int>.Shared.Return(tokens);
        }
    }

    private int Tokenize(ReadOnlySpan<byte> utf8, Span<int> tokens, bool addSpecial, bool parseSpecial)
    {
        fixed (byte* bytes = utf8)
        fixed (int* buffer = tokens)
        {
            return LlamaApi.llama_tokenize(_vocabulary, bytes, utf8.Length, buffer, tokens.Length, addSpecial, parseSpecial);
        }
    }

    private string Render(byte* template, LlamaChatMessage[] messages, bool addAssistantHeader)
    {
        byte[] buffer = new byte[4_096];
        for (; ; )
        {
            int length;
            fixed (LlamaChatMessage* first = messages)
            fixed (byte* bytes = buffer)
            {
                length = LlamaApi.llama_chat_apply_template(template, first, (nuint)messages.Length, addAssistantHeader, bytes, buffer.Length);
            }

            if (length < 0)
            {
                throw new InferenceException($"llama.cpp does not recognise the chat template of {Info.Name}. Take a model of a known family, such as Qwen, Llama, Mistral or Gemma.");
            }

            if (length <= buffer.Length)
            {
                return Encoding.UTF8.GetString(buffer, 0, length);
            }

            buffer = new byte[length];
        }
    }

    private int ReadPiece(int token, byte[] buffer)
    {
        fixed (byte* bytes = buffer)
        {
            return LlamaApi.llama_token_to_piece(_vocabulary, token, bytes, buffer.Length, leftStrip: 0, special: false);
        }
    }

    private void CheckToken(int token)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, Info.VocabularySize);
    }
}
