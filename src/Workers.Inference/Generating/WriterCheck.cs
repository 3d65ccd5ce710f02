using Pipeline.Core.Queues;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Models;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>
/// Judges a model by its size, which its header tells before anything is loaded: the smallest instruct models have 135 million
/// parameters, those that only classify or embed have far fewer.
/// </summary>
internal sealed class WriterCheck(string kind, string setting, ServedModels served, WriterOptions writers) : IWriterCheck
{
    private const long ParametersMin = 100_000_000;

    public string Kind => kind;

    public string? MissingSetting { get; } = writers.AllowSmallWriter || served.Of(kind).All(model => CanWrite(model.Path)) ? null : setting;

    private static bool CanWrite(string path)
    {
        try
        {
            return GgufReader.Read(path).Parameters >= ParametersMin;
        }
        catch (ModelLoadException)
        {
            return true; // Whoever loads the model says what is wrong with the file.
        }
    }
}
