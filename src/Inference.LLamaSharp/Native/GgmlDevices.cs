using System.Runtime.InteropServices;
using LLama.Native;
using Microsoft.Extensions.Logging;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp.Native;

/// <summary>
/// The part of ggml-backend.h that LLamaSharp does not bind: what a device is and how much memory it has. The library is the
/// one that LLamaSharp has loaded already, found again by its name.
/// </summary>
internal static unsafe partial class GgmlDevices
{
    private const string Library = "ggml-base";
    private const int TypeGpu = 1;

    /// <summary>Empty, with a warning, where the library cannot be asked: the model then runs on the CPU.</summary>
    public static IReadOnlyList<Accelerator> FindGpus(ILogger logger)
    {
        try
        {
            List<Accelerator> found = [];
            for (nuint i = 0; i < NativeApi.ggml_backend_dev_count(); i++)
            {
                nint device = NativeApi.ggml_backend_dev_get(i);
                if (ggml_backend_dev_type(device) == TypeGpu)
                {
                    ggml_backend_dev_memory(device, out nuint free, out nuint total);
                    string name = Marshal.PtrToStringUTF8((nint)ggml_backend_dev_description(device)) ?? "GPU";
                    found.Add(new(name, (long)free, (long)total));
                }
            }

            return found;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            LogCannotAsk(logger, e.Message);
            return [];
        }
    }

    [LoggerMessage(3204, LogLevel.Warning, "Cannot ask for GPUs, going on without: {Reason}. Set Inference:GpuLayers to use one all the same")]
    private static partial void LogCannotAsk(ILogger logger, string reason);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial int ggml_backend_dev_type(nint device);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial byte* ggml_backend_dev_description(nint device);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial void ggml_backend_dev_memory(nint device, out nuint free, out nuint total);
}
