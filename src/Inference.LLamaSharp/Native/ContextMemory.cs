using LLama.Exceptions;
using LLama.Native;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp.Native;

/// <summary>Makes contexts; where the library cannot, says what to change.</summary>
internal static class ContextMemory
{
    /// <param name="model">Held by the context until that is disposed.</param>
    /// <param name="parameters">Sizes.</param>
    /// <param name="what">For the error: what was to be made.</param>
    /// <param name="remedy">For the error: what to change.</param>
    /// <exception cref="ModelLoadException">The memory could not be allocated.</exception>
    public static SafeLLamaContextHandle Allocate(SafeLlamaModelHandle model, LLamaContextParams parameters, string what, string remedy)
    {
        _ = NativeLog.TakeError();
        try
        {
            return SafeLLamaContextHandle.Create(model, parameters);
        }
        catch (RuntimeError e)
        {
            throw new ModelLoadException($"LLamaSharp cannot make {what}: {NativeLog.TakeError() ?? e.Message}.", remedy, e);
        }
    }
}
