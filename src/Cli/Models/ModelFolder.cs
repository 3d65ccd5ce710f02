using Pipeline.Cli.Models.Pulling;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Models;

namespace Pipeline.Cli.Models;

/// <summary>The folder with an operator's model files.</summary>
internal sealed class ModelFolder(string path)
{
    public const string Variable = "MODELS_DIRECTORY";

    /// <summary>Of a model's file.</summary>
    public const string Extension = ".gguf";

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Its models by file name; of one in several files the first part stands for all.</summary>
    public IReadOnlyList<StoredModel> All() =>
        !Directory.Exists(Path) ? [] :
        [
            .. Directory.EnumerateFiles(Path, "*" + Extension)
                .Where(file => GgufParts.Place(file) is not (> 1, _))
                .Order(StringComparer.Ordinal)
                .Select(StoredModel.Read),
        ];

    /// <summary>Files of which a pull has brought only a beginning.</summary>
    public IReadOnlyList<string> Unfinished() =>
        Directory.Exists(Path) ? [.. Directory.EnumerateFiles(Path, "*" + Extension + PartFile.Extension).Order(StringComparer.Ordinal)] : [];

    /// <exception cref="CommandException">There is no such model.</exception>
    public StoredModel Find(string name)
    {
        var all = All();
        return all.FirstOrDefault(model => model.File == name || model.Stem.Equals(name, StringComparison.OrdinalIgnoreCase) || model.Path == System.IO.Path.GetFullPath(name))
            ?? throw new CommandException(all.Count is 0
                ? $"{Path} has no models, so none named '{name}'. Fetch one with ./run models pull, or name the folder with --directory or {Variable}."
                : $"{Path} has no model '{name}'. It has: {string.Join(", ", all.Select(model => model.Stem))}.");
    }
}

/// <summary>A model in the folder.</summary>
/// <param name="Path">Of its file, or the first of several.</param>
/// <param name="Parts">All files, whether they are there or not.</param>
/// <param name="Header">Null where the file cannot be used.</param>
/// <param name="Problem">Why it cannot; null otherwise.</param>
internal sealed record StoredModel(string Path, IReadOnlyList<string> Parts, GgufFile? Header, string? Problem)
{
    public string File => System.IO.Path.GetFileName(Path);

    /// <summary>The name without extension and number of the part.</summary>
    public string Stem => GgufParts.Place(File) is null ? System.IO.Path.GetFileNameWithoutExtension(File) : File[..^"-00001-of-00001.gguf".Length];

    public long Bytes => Parts.Where(System.IO.File.Exists).Sum(part => new FileInfo(part).Length);

    public static StoredModel Read(string path)
    {
        var parts = GgufParts.Of(path);
        try
        {
            return new(path, parts, GgufReader.Read(path), Problem: null);
        }
        catch (ModelLoadException exception)
        {
            return new(path, parts, Header: null, exception.Message);
        }
    }

    public bool Is(ModelUse use) => Parts.Contains(use.Path);
}
