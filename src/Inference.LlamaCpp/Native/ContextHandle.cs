using System.Runtime.InteropServices;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LlamaCpp.Native;

/// <summary>Owns a llama_context and keeps its model alive.</summary>
internal sealed class ContextHandle() : SafeHandle(0, ownsHandle: true)
{
    private ModelHandle? _model;

    public override bool IsInvalid => handle == 0;

    /// <param name="model">Stays alive as long as the context.</param>
    /// <param name="parameters">Of the context.</param>
    /// <param name="what">The context in words, with its size and model.</param>
    /// <param name="remedy">What makes a context that the library does make.</param>
    /// <exception cref="ModelLoadException">The library makes none.</exception>
    public static ContextHandle Create(ModelHandle model, LlamaContextParams parameters, string what, string remedy)
    {
        _ = NativeLog.TakeError();
        ContextHandle context = LlamaApi.llama_init_from_model(model, parameters);
        if (context.IsInvalid)
        {
            context.Dispose();
            throw new ModelLoadException($"llama.cpp cannot make {what}: {NativeLog.TakeError() ?? "it gave no reason"}.", remedy);
        }

        context.Keep(model);
        return context;
    }

    protected override bool ReleaseHandle()
    {
        LlamaApi.llama_free(handle);
        _model?.DangerousRelease();
        return true;
    }

    private void Keep(ModelHandle model)
    {
        bool added = false;
        model.DangerousAddRef(ref added);
        _model = added ? model : null;
    }
}
