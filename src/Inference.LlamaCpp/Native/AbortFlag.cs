using System.Runtime.InteropServices;

namespace Pipeline.Inference.LlamaCpp.Native;

/// <summary>Stops a context's pass from another thread. Dispose it after the context.</summary>
internal sealed unsafe class AbortFlag : IDisposable
{
    private int* _flag; // Read by the native threads during a pass.

    public AbortFlag(ContextHandle context)
    {
        _flag = (int*)NativeMemory.AllocZeroed(sizeof(int));
        LlamaApi.llama_set_abort_callback(context, &ShouldAbort, _flag);
    }

    /// <summary>Lets the next pass run until the token is canceled. Dispose the registration when the pass is over.</summary>
    public CancellationTokenRegistration Watch(CancellationToken cancellationToken)
    {
        Volatile.Write(ref *_flag, 0);
        return cancellationToken.UnsafeRegister(static state => ((AbortFlag)state!).Raise(), this);
    }

    public void Dispose()
    {
        NativeMemory.Free(_flag);
        _flag = null;
    }

    private void Raise() => Volatile.Write(ref *_flag, 1);

    [UnmanagedCallersOnly]
    private static byte ShouldAbort(void* flag) => (byte)(Volatile.Read(ref *(int*)flag) != 0 ? 1 : 0);
}
