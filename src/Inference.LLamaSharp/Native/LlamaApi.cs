using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LLama.Native;

[assembly: DisableRuntimeMarshalling]

namespace Pipeline.Inference.LLamaSharp.Native;

/// <summary>
/// The few functions of llama.cpp that LLamaSharp does not offer, or offers at a price: its Decode holds one lock for all contexts
/// of the process and pins an array a token. They take LLamaSharp's own handles and structs and call the library that it has
/// loaded, found by the name that it has in the process.
/// </summary>
internal static unsafe partial class LlamaApi
{
    private const string Llama = "llama";
    private const string Ggml = "ggml";
    private const string GgmlBase = "ggml-base";

    public const int DeviceTypeGpu = 1;

    // Contexts of one GPU share its memory pools, which are not safe for two passes at a time.
    private static readonly Lock _gpu = new();

    /// <summary>Makes the imports find the loaded library. Once a process, before any of them is called.</summary>
    public static void Bind() => NativeLibrary.SetDllImportResolver(typeof(LlamaApi).Assembly, FindLoaded);

    /// <summary>One forward pass. Models without a KV cache go through the same function, which encodes them.</summary>
    /// <param name="context">Used by no other thread meanwhile.</param>
    /// <param name="batch">Within the limits of the context.</param>
    /// <param name="onGpu">Whether layers are on a GPU: passes of all contexts then follow each other.</param>
    public static int Decode(SafeLLamaContextHandle context, LLamaNativeBatch batch, bool onGpu)
    {
        if (!onGpu)
        {
            return llama_decode(context, batch);
        }

        lock (_gpu)
        {
            int result = llama_decode(context, batch);
            llama_synchronize(context); // A pass ends on the device later than the call.
            return result;
        }
    }

    [LibraryImport(Llama)]
    public static partial void llama_set_n_threads(SafeLLamaContextHandle context, int threads, int threadsBatch);

    [LibraryImport(Llama)]
    public static partial int llama_model_n_embd_out(SafeLlamaModelHandle model);

    /// <summary>LLamaSharp's own takes the embedding to be as long as the model's inner vectors.</summary>
    [LibraryImport(Llama)]
    public static partial float* llama_get_embeddings_seq(SafeLLamaContextHandle context, int sequence);

    /// <summary>LLamaSharp's own does not look at the answer: null where the file does not fit the model, which crashes later.</summary>
    [LibraryImport(Llama, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint llama_adapter_lora_init(SafeLlamaModelHandle model, string path);

    /// <summary>Lets the passes of a context go through one adapter, or through none.</summary>
    public static void UseAdapter(SafeLLamaContextHandle context, LoadedAdapter? adapter)
    {
        nint pointer = adapter?.Pointer ?? 0;
        float scale = adapter?.Scale ?? 0;
        if (llama_set_adapters_lora(context, &pointer, adapter is null ? 0u : 1u, &scale) is not 0)
        {
            throw new InferenceException("llama.cpp cannot use an adapter that it has loaded.");
        }
    }

    [LibraryImport(Ggml, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ggml_backend_load(string path);

    [LibraryImport(GgmlBase)]
    public static partial int ggml_backend_dev_type(nint device);

    [LibraryImport(GgmlBase)]
    public static partial byte* ggml_backend_dev_description(nint device);

    [LibraryImport(GgmlBase)]
    public static partial void ggml_backend_dev_memory(nint device, out nuint free, out nuint total);

    [LibraryImport(Llama)]
    private static partial int llama_decode(SafeLLamaContextHandle context, LLamaNativeBatch batch);

    [LibraryImport(Llama)]
    private static partial int llama_set_adapters_lora(SafeLLamaContextHandle context, nint* adapters, nuint count, float* scales);

    [LibraryImport(Llama)]
    private static partial void llama_synchronize(SafeLLamaContextHandle context);

    private static nint FindLoaded(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name is not (Llama or Ggml or GgmlBase))
        {
            return 0; // The platform's own rules.
        }

        string file = OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";
        using var modules = System.Diagnostics.Process.GetCurrentProcess();
        string loaded = modules.Modules.Cast<System.Diagnostics.ProcessModule>()
            .FirstOrDefault(module => file.Equals(module.ModuleName, StringComparison.OrdinalIgnoreCase))?.FileName
            ?? throw new DllNotFoundException($"LLamaSharp has not loaded {file}.");
        return NativeLibrary.Load(loaded); // Loaded already, so this only gives its handle.
    }
}

/// <param name="Pointer">Of the library; valid as long as the model is.</param>
/// <param name="Scale">Multiplies its effect.</param>
internal sealed record LoadedAdapter(nint Pointer, float Scale);
