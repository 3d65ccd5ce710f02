using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LlamaCpp.Native;

/// <summary>Loads the native libraries, once a process: they cannot be unloaded or exist twice.</summary>
internal static unsafe partial class LlamaRuntime
{
    private static readonly Lock _gate = new();
    private static readonly Dictionary<string, nint> _libraries = [];
    private static string? _directory;

    /// <exception cref="ModelLoadException">The libraries are missing, of another release, or loaded from elsewhere already.</exception>
    public static void EnsureLoaded(string directory, ILogger logger)
    {
        lock (_gate)
        {
            if (_directory is null)
            {
                Load(directory, logger);
                _directory = directory;
            }
            else if (_directory != directory)
            {
                throw new ModelLoadException(
                    $"llama.cpp is loaded from {_directory} already and cannot be loaded again from {directory}.",
                    "Use one LlamaCpp:LibraryDirectory in a process.");
            }
        }
    }

    private static void Load(string directory, ILogger logger)
    {
        // Otherwise ggml starts a debugger to print a backtrace when it aborts.
        _ = setenv("GGML_NO_BACKTRACE", "1", 0);
        if (_libraries.Count == 0)
        {
            NativeLibrary.SetDllImportResolver(typeof(LlamaRuntime).Assembly, Resolve);
        }

        try
        {
            // libllama's run path finds the others; opening them again by path only gives their handles.
            _libraries["llama"] = NativeLibrary.Load(Path.Combine(directory, LibraryDirectory.LlamaFile));
            _libraries["ggml"] = NativeLibrary.Load(Path.Combine(directory, LibraryDirectory.GgmlFile));
            _libraries["ggml-base"] = NativeLibrary.Load(Path.Combine(directory, LibraryDirectory.GgmlBaseFile));
            string version = Marshal.PtrToStringUTF8((nint)LlamaApi.llama_version()) ?? "";
            StructCheck.Verify(version, LlamaApi.llama_model_default_params(), LlamaApi.llama_context_default_params());
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw new ModelLoadException(
                $"The native llama.cpp libraries in {directory} cannot be loaded: {exception.Message}",
                $"Install those of release {LibraryDirectory.Release} for this platform.", exception);
        }

        NativeLog.Attach(logger);
        GgmlApi.ggml_backend_load_all_from_path(directory); // Before any model: else there is not even a CPU backend.
        LlamaApi.llama_backend_init();
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => _libraries.GetValueOrDefault(name);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
