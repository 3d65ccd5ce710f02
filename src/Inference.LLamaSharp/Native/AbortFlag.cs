using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LLama.Native;

namespace Pipeline.Inference.LLamaSharp.Native;

/// <summary>Stops a context's pass from another thread. Dispose it after the context.</summary>
internal sealed unsafe class AbortFlag : IDisposable
{
    private int* _flag = (int*)NativeMemory.AllocZeroed(sizeof(int)); // Read by the native threads during a pass.

    public AbortFlag(SafeLLamaContextHandle context) =>
        NativeApi.llama_set_abort_callback(context, (nint)(delegate* unmanaged[Cdecl]<void*, byte>)&ShouldAbort, (nint)_flag);

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

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte ShouldAbort(void* flag) => (byte)(Volatile.Read(ref *(int*)flag) != 0 ? 1 : 0);
}
