using System.Runtime.InteropServices;
using System.Text;
using LLama;
using LLama.Exceptions;
using LLama.Native;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.LLamaSharp.Native;
using Pipeline.Inference.Models;
using Pipeline.Inference.Prompts;

namespace Pipeline.Inference.LLamaSharp;

/// <summary>A model in LLamaSharp. Everything here only reads the native model, which is safe from any thread.</summary>
internal sealed class LLamaSharpModel : ILanguageModel
{
    private readonly LLamaWeights _weights;
    private readonly bool _onGpu;

    private readonly ModelLoadException? _unreadable;

    public LLamaSharpModel(LLamaWeights weights, string path, bool onGpu, TimeProvider time)
    {
        (_weights, _onGpu) = (weights, onGpu);
        Info = LLamaSharpModelFacts.ReadInfo(weights, path);
        try
        {
            (OwnTemplate, ToolTemplate) = LLamaSharpTemplates.Read(weights, Info.Name, time);
            Info = Info with { Tools = (OwnTemplate ?? ToolTemplate)?.Tools ?? Info.Tools };
        }
        catch (ModelLoadException e)
        {
            _unreadable = e; // A model that only embeds needs no template.
        }

        ControlTokens = LLamaSharpModelFacts.ReadControlTokens(weights.NativeHandle);
    }

    public ModelInfo Info { get; }

    /// <summary>With their scales, as decoders count them.</summary>
    public IReadOnlyList<LoadedAdapter> Adapters { get; init; } = [];

    public IReadOnlyList<ControlToken> ControlTokens { get; }

    public ChatTemplate? OwnTemplate { get; }

    public ChatTemplate? ToolTemplate { get; }

    /// <summary>What is wrong with the template of the file; null where it can be used, or where there is none.</summary>
    public string? TemplateProblem => _unreadable?.Problem;

    public int[] Tokenize(string text, bool parseControlTokens)
    {
        if (text.Length == 0)
        {
            return [];
        }

        using HeldModel held = new(_weights.NativeHandle);
        LLamaToken[] tokens = _weights.NativeHandle.Tokenize(text, addBos: false, special: parseControlTokens, Encoding.UTF8);
        return MemoryMarshal.Cast<LLamaToken, int>(tokens).ToArray();
    }

    public int[] TokenizeInput(string text)
    {
        using HeldModel held = new(_weights.NativeHandle);
        // What LLamaSharp names after BOS is the library's add_special: every token that belongs around a text.
        LLamaToken[] tokens = _weights.NativeHandle.Tokenize(text, addBos: true, special: false, Encoding.UTF8);
        return MemoryMarshal.Cast<LLamaToken, int>(tokens).ToArray();
    }

    public byte[] GetTokenBytes(int token)
    {
        CheckToken(token);
        using HeldModel held = new(_weights.NativeHandle);
        byte[] bytes = new byte[64];
        int length = (int)_weights.NativeHandle.TokenToSpan(token, bytes);
        if (length > bytes.Length)
        {
            bytes = new byte[length];
            length = (int)_weights.NativeHandle.TokenToSpan(token, bytes);
        }

        return bytes[..length];
    }

    public bool IsEndOfGeneration(int token)
    {
        CheckToken(token);
        using HeldModel held = new(_weights.NativeHandle);
        return ((LLamaToken)token).IsEndOfGeneration(_weights.NativeHandle.Vocab);
    }

    public string ApplyChatTemplate(IReadOnlyList<TemplateMessage> messages, bool addAssistantHeader)
    {
        using HeldModel held = new(_weights.NativeHandle);
        try
        {
            LLamaTemplate template = new(_weights, strict: true) { AddAssistant = addAssistantHeader };
            foreach (TemplateMessage message in messages)
            {
                template.Add(message.Role, message.Content);
            }

            return LLamaTemplate.Encoding.GetString(template.Apply());
        }
        catch (TemplateNotFoundException e)
        {
            throw new InferenceException($"The model {Info.Name} has no chat template. Take an instruct model.", e);
        }
        catch (MissingTemplateException e)
        {
            throw _unreadable ?? new InferenceException($"llama.cpp does not recognise the chat template of {Info.Name}, which renders its prompts itself.", e);
        }
    }

    public IDecoder CreateDecoder(DecoderParameters parameters)
    {
        ObjectDisposedException.ThrowIf(_weights.NativeHandle.IsClosed, this);
        return LLamaSharpDecoder.Create(_weights.NativeHandle, Info, _onGpu, Adapters, parameters);
    }

    public IEmbeddingEncoder CreateEncoder(EncoderParameters parameters)
    {
        ObjectDisposedException.ThrowIf(_weights.NativeHandle.IsClosed, this);
        return LLamaSharpEncoder.Create(_weights, Info, _onGpu, parameters);
    }

    public void Dispose() => _weights.Dispose();

    private void CheckToken(int token)
    {
        ObjectDisposedException.ThrowIf(_weights.NativeHandle.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, Info.VocabularySize);
    }

    /// <summary>LLamaSharp passes the vocabulary as a bare pointer; meanwhile no other thread's Dispose may free the model.</summary>
    private readonly ref struct HeldModel
    {
        private readonly SafeHandle _handle;

        public HeldModel(SafeHandle handle)
        {
            bool held = false;
            handle.DangerousAddRef(ref held);
            _handle = handle;
        }

        public void Dispose() => _handle.DangerousRelease();
    }
}
