using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Inference;

/// <summary>Section "Inference": sizes of the engine. Null means measured on this machine.</summary>
public sealed class InferenceOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Inference";

    /// <summary>Where language models run.</summary>
    [EnumDataType(typeof(InferenceBackend))]
    public InferenceBackend Backend { get; set; }

    /// <summary>Whether language models run on a server.</summary>
    public bool IsRemote => Backend is InferenceBackend.Remote;

    /// <summary>
    /// A ggml backend library to load beside those of LLamaSharp's package, for example a libggml-cuda.so of a compatible release
    /// where LLamaSharp.Backend.Cuda12 is not available. Null loads none. A backend of an incompatible release is refused.
    /// </summary>
    public string? BackendLibrary { get; set; }

    /// <summary>CPU threads of a forward pass. Null: three quarters of the physical cores that this process may use. Take 1 on a machine shared with other work: the threads spin.</summary>
    [Range(1, 1_024)]
    public int? Threads { get; set; }

    /// <summary>Tokens of the KV cache, shared by all requests in the batch and the prefix cache; also the longest prompt.</summary>
    [Range(256, 4_194_304)]
    public int ContextTokens { get; set; } = 8_192;

    /// <summary>
    /// Most tokens of one forward pass, hence also of a text to embed. Larger fills a GPU better, smaller lets interactive requests
    /// in sooner. Null: 256 for a language model on a CPU, otherwise 512, and never more than <see cref="ContextTokens"/>.
    /// </summary>
    [Range(32, 65_536)]
    public int? BatchTokens { get; set; }

    /// <summary>Tokens at which a pass of texts to embed is full; a longer text has a pass of its own. Null: on a CPU 256 for each part that is computed side by side, at most <see cref="BatchTokens"/>, which it is on a GPU.</summary>
    [Range(1, 65_536)]
    public int? EmbeddingPassTokens { get; set; }

    /// <summary>Most prompt tokens of a forward pass that also carries answers under way. Larger finishes prompts sooner, smaller keeps streams smooth.</summary>
    [Range(16, 65_536)]
    public int PromptTokensMax { get; set; } = 256;

    /// <summary>
    /// How long a forward pass that carries streamed answers may take because of the prompts in it. They come in pieces as large as this
    /// machine computes in that time, at least 32 and at most <see cref="PromptTokensMax"/> tokens.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PassTimeMax { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Most tokens of an answer whose request sets no limit.</summary>
    [Range(1, 1_048_576)]
    public int OutputTokensMax { get; set; } = 1_024;

    /// <summary>Sequences at a time: requests, their label branches, and cached prefixes; texts of one pass when embedding. llama.cpp allows 256.</summary>
    [Range(2, 256)]
    public int SequencesMax { get; set; } = 64;

    /// <summary>Prompt prefixes kept in the KV cache; the least recently used goes first. 0 turns the prefix cache off.</summary>
    [Range(0, 128)]
    public int PrefixesMax { get; set; } = 8;

    /// <summary>Passes in a row through one adapter of a model while requests of others wait. More change less often, fewer let the others on sooner.</summary>
    [Range(1, 1_024)]
    public int AdapterPassesMax { get; set; } = 4;

    /// <summary>Requests that wait for the engine, for each priority; callers beyond it wait to enter.</summary>
    [Range(1, 1_000_000)]
    public int QueueMax { get; set; } = 1_024;

    /// <summary>Layers kept on the GPU. Null: as many as its free memory holds; 0: none.</summary>
    [Range(0, 1_000)]
    public int? GpuLayers { get; set; }

    /// <summary><see cref="BatchTokens"/>, or what fills any machine.</summary>
    public int BatchTokensMax => BatchTokens ?? Math.Min(512, ContextTokens);

    /// <summary>Main memory that loaded models may take together, in MiB. Null: what is available before the first one is loaded.</summary>
    [Range(1, 100_000_000)]
    public int? ModelsMiBMax { get; set; }

    /// <summary>The same of the memory of the GPUs. Null: nine tenths of what is free before the first model is loaded.</summary>
    [Range(1, 100_000_000)]
    public int? ModelsGpuMiBMax { get; set; }

    /// <summary>
    /// Longest that requests of a model that is not loaded wait while loaded ones have work; then one of those ends what it runs and
    /// makes room. 0 to 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ModelWaitMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Maps the model file instead of reading it: faster start, and workers on one machine share its pages.</summary>
    public bool UseMemoryMap { get; set; } = true;

    /// <summary>Refuses to load a model that needs more memory than is available. Turn off only if the estimate is wrong.</summary>
    public bool CheckMemory { get; set; } = true;
}

/// <summary>Where models run.</summary>
public enum InferenceBackend
{
    /// <summary>In this process, by LLamaSharp.</summary>
    Local,

    /// <summary>On the OpenAI-compatible server of section "Inference:Remote".</summary>
    Remote,
}

/// <summary>Bounds of <see cref="InferenceOptions"/>.</summary>
[OptionsValidator]
public sealed partial class InferenceOptionsValidator : IValidateOptions<InferenceOptions>;

/// <summary>Rules between the options.</summary>
public sealed class InferenceOptionsRules : IValidateOptions<InferenceOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, InferenceOptions options)
    {
        if (options.BatchTokensMax > options.ContextTokens)
        {
            return ValidateOptionsResult.Fail(
                $"Inference:BatchTokens is {options.BatchTokens}, more than Inference:ContextTokens ({options.ContextTokens}). Lower it.");
        }

        return options.PrefixesMax >= options.SequencesMax
            ? ValidateOptionsResult.Fail(
                $"Inference:PrefixesMax is {options.PrefixesMax} and leaves no sequence of Inference:SequencesMax ({options.SequencesMax}) to requests. Lower it.")
            : ValidateOptionsResult.Success;
    }
}
