using System.Runtime.InteropServices;
using LLama.Exceptions;
using LLama.Native;
using Microsoft.Extensions.Logging;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp.Native;

/// <summary>Makes LLamaSharp choose and load its native library, once a process and before any other call into it.</summary>
internal static partial class NativeRuntime
{
    // Defaults of the release that LLamaSharp's structs are written for, as the loaded library fills them in.
    private static readonly (uint Context, uint Batch, uint MicroBatch, uint Sequences) _sizes = (512, 2_048, 512, 1);

    private static readonly Lock _gate = new();
    private static bool _loaded;
    private static string? _backendLibrary;

    /// <param name="backendLibrary">Inference:BackendLibrary.</param>
    /// <param name="logger">Gets the library's own log.</param>
    /// <exception cref="ModelLoadException">No backend package holds a library that this machine can load, or it is of another release.</exception>
    public static void EnsureLoaded(string? backendLibrary, ILogger logger)
    {
        lock (_gate)
        {
            if (!_loaded)
            {
                Load(logger);
                _loaded = true;
            }

            if (backendLibrary is not null && backendLibrary != _backendLibrary)
            {
                LoadBackend(backendLibrary);
                _backendLibrary = backendLibrary;
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
            LlamaApi.Bind();
            Verify(LLamaContextParams.Default());
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or BadImageFormatException or RuntimeError)
        {
            throw new ModelLoadException("LLamaSharp found no native library that this machine can load.", Remedy(), e);
        }
    }

    // llama.cpp's library for CPUs is linked with it, and minimal systems lack it.
    private static string Remedy() => OperatingSystem.IsLinux() && !NativeLibrary.TryLoad("libgomp.so.1", out _)
        ? "It needs libgomp.so.1, which is missing: install libgomp1 (Debian, Ubuntu) or libgomp (Fedora, Alpine)."
        : "Publish the app for this platform with LLamaSharp.Backend.Cpu or .Cuda12 of LLamaSharp's own version.";

    /// <summary>Structs carry no version: in a library of another release a field would be read as its neighbour, and the process would crash far from the cause.</summary>
    /// <exception cref="ModelLoadException">The defaults are not those of LLamaSharp's release.</exception>
    internal static void Verify(in LLamaContextParams defaults)
    {
        (uint, uint, uint, uint) found = (defaults.n_ctx, defaults.n_batch, defaults.n_ubatch, defaults.n_seq_max);
        if (found != _sizes || defaults.kv_unified || defaults.embeddings || !defaults.offload_kqv)
        {
            throw new ModelLoadException(
                $"The native llama.cpp library has default parameters {found}, and LLamaSharp's release has {_sizes}.",
                "Install a backend package of LLamaSharp's own version.");
        }
    }

    private static void LoadBackend(string path)
    {
        _ = NativeLog.TakeError();
        if (!File.Exists(path))
        {
            throw new ModelLoadException($"Inference:BackendLibrary is {path}, which does not exist.", "Correct the path, or leave the setting out.");
        }

        if (LlamaApi.ggml_backend_load(Path.GetFullPath(path)) == 0)
        {
            throw new ModelLoadException(
                $"ggml cannot load the backend library {path}: {NativeLog.TakeError() ?? "it gave no reason"}.",
                "Set Inference:BackendLibrary to a ggml backend, with all that it needs beside it, built from the llama.cpp release of LLamaSharp or one with the same backend API.");
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setenv(string name, string value, int overwrite);
}
