using System.Runtime.InteropServices;

namespace Pipeline.Inference.LlamaCpp.Native;

/// <summary>Owns a llama_model.</summary>
internal sealed class ModelHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LlamaApi.llama_model_free(handle);
        return true;
    }
}
