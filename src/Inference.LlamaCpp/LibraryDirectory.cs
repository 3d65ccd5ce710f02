using Pipeline.Inference.Models;

namespace Pipeline.Inference.LlamaCpp;

/// <summary>Finds the directory of the native libraries.</summary>
internal static class LibraryDirectory
{
    /// <summary>Release of llama.cpp that the binding is written for; struct layouts differ between releases.</summary>
    public const string Release = "0.5.0";

    public const string LlamaFile = $"libllama.v{Release}.so";
    public const string GgmlFile = $"libggml.v{Release}.so";
    public const string GgmlBaseFile = "libggml-base.so";

    /// <param name="configured">LlamaCpp:LibraryDirectory.</param>
    /// <param name="appDirectory">Directory of the application.</param>
    /// <exception cref="ModelLoadException">No candidate holds the library.</exception>
    public static string Find(string? configured, string appDirectory)
    {
        if (configured is not null)
        {
            return Holds(configured)
                ? Path.GetFullPath(configured)
                : throw new ModelLoadException(
                    $"LlamaCpp:LibraryDirectory is {configured}, which has no {LlamaFile}.",
                    $"Put the libraries of llama.cpp {Release} there or correct the setting.");
        }

        return Candidates(appDirectory).FirstOrDefault(Holds)
            ?? throw new ModelLoadException(
                $"The native library {LlamaFile} was found neither beside {appDirectory} nor in .local/natives/llama.cpp above it.",
                "Run ./run or ./test once, which fetch it, or set LlamaCpp:LibraryDirectory.");
    }

    private static IEnumerable<string> Candidates(string appDirectory)
    {
        yield return Path.Combine(appDirectory, "runtimes", "linux-x64", "native");
        for (DirectoryInfo? directory = new(appDirectory); directory is not null; directory = directory.Parent)
        {
            yield return Path.Combine(directory.FullName, ".local", "natives", "llama.cpp");
        }
    }

    private static bool Holds(string directory) => File.Exists(Path.Combine(directory, LlamaFile));
}
