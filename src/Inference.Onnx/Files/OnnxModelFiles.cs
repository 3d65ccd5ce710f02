using Pipeline.Inference.Models;

namespace Pipeline.Inference.Onnx.Files;

/// <summary>Where the parts of a model lie: the graph, and a directory with its tokenizer and its configuration.</summary>
/// <param name="Root">Directory of the tokenizer and the configuration.</param>
/// <param name="Graph">The ONNX file; other precisions of it may lie beside it.</param>
internal sealed record OnnxModelFiles(string Root, string Graph)
{
    private const string GraphFolder = "onnx"; // Where the Hub's exports are.
    private const string GraphName = "model.onnx";

    // All that decides about tokens, length and pooling.
    private static readonly string[] _companions =
    [
        "config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "vocab.json", "merges.txt", "sentencepiece.bpe.model",
        "modules.json", "sentence_bert_config.json", Path.Combine("1_Pooling", "config.json"),
    ];

    /// <summary>The graph, weights that it keeps in files of their own, and what stands beside it.</summary>
    public IReadOnlyList<string> All =>
        [Graph, .. ExternalData.Order(StringComparer.Ordinal), .. _companions.Select(PathOf).Where(File.Exists)];

    /// <summary>Bytes of the weights.</summary>
    public long WeightBytes => ExternalData.Append(Graph).Sum(file => new FileInfo(file).Length);

    // model.onnx_data and model.onnx.data are what exporters write.
    private IEnumerable<string> ExternalData =>
        Directory.EnumerateFiles(Path.GetDirectoryName(Graph)!, $"{Path.GetFileName(Graph)}*").Where(file => file != Graph && file.EndsWith("data", StringComparison.Ordinal));

    /// <exception cref="ModelLoadException">There is no graph, or there are several and none is called model.onnx.</exception>
    public static OnnxModelFiles Find(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return File.Exists(full) ? new(RootOf(full), full)
            : Directory.Exists(full) ? new(full, GraphIn(full))
            : throw new ModelLoadException($"The model file {path} does not exist.", "Correct the path or put the file there.");
    }

    /// <summary>The directory's name, such as all-MiniLM-L6-v2.</summary>
    public static string NameOf(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Path.GetFileName(Directory.Exists(full) ? full : RootOf(full));
    }

    public string PathOf(string name) => Path.Combine(Root, name);

    public bool Has(string name) => File.Exists(PathOf(name));

    private static string RootOf(string graph)
    {
        string folder = Path.GetDirectoryName(graph)!;
        return Path.GetFileName(folder) == GraphFolder && Path.GetDirectoryName(folder) is { } above && File.Exists(Path.Combine(above, "config.json")) ? above : folder;
    }

    private static string GraphIn(string root)
    {
        string[] found = [.. Graphs(root), .. Graphs(Path.Combine(root, GraphFolder))];
        return Array.Find(found, file => Path.GetFileName(file) == GraphName)
            ?? (found is [var only] ? only : throw new ModelLoadException(
                found is []
                    ? $"{root} has no {GraphName}, nor has its folder {GraphFolder}."
                    : $"{root} has {found.Length} ONNX files and none is called {GraphName}: {string.Join(", ", found.Select(Path.GetFileName))}.",
                found is []
                    ? "Put the exported model there, or name the GGUF file itself if it is one."
                    : "Name the file itself instead of the directory."));
    }

    private static IEnumerable<string> Graphs(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.onnx").Order(StringComparer.Ordinal) : [];
}
