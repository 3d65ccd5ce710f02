using System.Runtime.InteropServices;
using LLama.Exceptions;
using LLama.Native;
using Microsoft.Extensions.Logging;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp.Native;

/// <summary>Makes LLamaSharp choose and load its native library, once a process and before any other call into it.</summary>
internal static partial class NativeRuntime
{
    private static readonly Lock _gate = new();
    private static bool _loaded;

    /// <exception cref="ModelLoadException">No backend package holds a library that this machine can load.</exception>
    public static void EnsureLoaded(ILogger logger)
    {
        lock (_gate)
        {
            if (!_loaded)
            {
                Load(logger);
                _loaded = true;
            }
        }
    }

    private static void Load(ILogger logger)
    {
        // Otherwise ggml starts a debugger to print a backtrace when it aborts. .NET's own setter does not reach native code.
        if (OperatingSystem.IsLinux())
        {
            _ = setenv("GGML_NO_BACKTRACE", "1", 0);
        }

        NativeLog.Attach(logger);

        // Otherwise LLamaSharp looks in the current directory first.
        NativeLibraryConfig.All.WithSearchDirectories([AppContext.BaseDirectory]);
        try
        {
            NativeApi.llama_empty_call();
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or BadImageFormatException or RuntimeError)
        {
            throw new ModelLoadException(
                "LLamaSharp found no native library that this machine can load.",
                "Publish the app for this platform with LLamaSharp.Backend.Cpu or .Cuda12 of LLamaSharp's own version.", e);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setenv(string name, string value, int overwrite);
}
