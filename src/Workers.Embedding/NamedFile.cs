using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Inference.Catalogue;
using Pipeline.Inference.Models;

namespace Pipeline.Workers.Embedding;

/// <summary>What <see cref="EmbeddingOptions.Model"/> means: the file or directory of a name of section <c>Models</c>, or itself.</summary>
internal sealed class NamedFile
{
    /// <exception cref="StartupException">The section makes no sense, or the name has no file.</exception>
    public NamedFile(IConfiguration settings, IOptions<EmbeddingOptions> options)
    {
        try
        {
            var setting = $"{EmbeddingOptions.Section}:{nameof(EmbeddingOptions.Model)}";
            var defined = ModelDefinition.ReadAll(settings);
            ModelDefinition.RefuseKind(defined, EmbedTexts.Kind, setting);
            ModelDefinition.RefuseKind(defined, EmbedDocument.Kind, setting);
            (Name, Path) = ModelDefinition.Find(defined, options.Value.Model) is { } named
                ? (named.Name, named.PathFor(setting))
                : (null, options.Value.TakesShippedModel ? EmbeddingOptions.ShippedPath : options.Value.Model!);
        }
        catch (ModelLoadException e)
        {
            throw new StartupException(e.Message, e);
        }
    }

    /// <summary>Null where the setting names a file.</summary>
    public string? Name { get; }

    public string Path { get; }
}
