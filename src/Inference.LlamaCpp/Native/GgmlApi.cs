using System.Runtime.InteropServices;

namespace Pipeline.Inference.LlamaCpp.Native;

/// <summary>The part of ggml-backend.h that the binding uses.</summary>
internal static unsafe partial class GgmlApi
{
    public const int DeviceTypeGpu = 1;

    private const string Registry = "ggml";
    private const string Core = "ggml-base";

    [LibraryImport(Registry, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void ggml_backend_load_all_from_path(string directory);

    [LibraryImport(Registry)]
    internal static partial nuint ggml_backend_dev_count();

    [LibraryImport(Registry)]
    internal static partial nint ggml_backend_dev_get(nuint index);

    [LibraryImport(Core)]
    internal static partial int ggml_backend_dev_type(nint device);

    [LibraryImport(Core)]
    internal static partial byte* ggml_backend_dev_description(nint device);

    [LibraryImport(Core)]
    internal static partial void ggml_backend_dev_memory(nint device, out nuint free, out nuint total);
}
