using System.Runtime.InteropServices;

namespace Pipeline.Inference.LlamaCpp.Native;

/// <summary>Owns a llama_context and keeps its model alive.</summary>
internal sealed class ContextHandle() : SafeHandle(0, ownsHandle: true)
{
    private ModelHandle? _model;

    public override bool IsInvalid => handle == 0;

    public void Keep(ModelHandle model)
    {
        bool added = false;
        model.DangerousAddRef(ref added);
        _model = added ? model : null;
    }

    protected override bool ReleaseHandle()
    {
        LlamaApi.llama_free(handle);
        _model?.DangerousRelease();
        return true;
    }
}
