using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Inference.LLamaSharp.LoaderProcess;

/// <summary>The process that loads a GGUF file before this one does. Section <c>Inference:LoaderProcess</c>.</summary>
public sealed class LoaderProcessOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Inference:LoaderProcess";

    /// <summary>Tries each file before it is loaded, once until it changes. Default true; false loads it untried.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Longest that a file is tried; one of more than 1 GiB has half as much again for each further GiB. 1 s to 1 h, default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most memory of the process, in MiB, its files not counted where they are mapped. 256 to 100,000,000; null, the default: 1,024 and twice the size of the files.</summary>
    [Range(256, 100_000_000)]
    public int? MemoryMegabytesMax { get; set; }
}

/// <summary>Bounds of <see cref="LoaderProcessOptions"/>.</summary>
[OptionsValidator]
public sealed partial class LoaderProcessOptionsValidator : IValidateOptions<LoaderProcessOptions>;
