using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Inference.Remote;

/// <summary>Section "Inference:Remote": the OpenAI-compatible server that <c>Inference:Backend=Remote</c> asks.</summary>
public sealed class RemoteOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Inference:Remote";

    /// <summary>Address of the server up to and including <c>/v1</c>, for example <c>http://127.0.0.1:8000/v1</c>.</summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>Name of the chat model, as the server's <c>/v1/models</c> lists it.</summary>
    public string? Model { get; set; }

    /// <summary>Name of the embedding model; null embeds with the local one.</summary>
    public string? EmbeddingModel { get; set; }

    /// <summary>Name of the environment variable that holds the server's key; null sends none. The key itself is no option: those are printed.</summary>
    public string? ApiKeyVariable { get; set; }

    /// <summary>Longest wait for a whole answer, or for the next piece of a streamed one. 1 s to 1 h, default 2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Most requests at the server at once; further ones wait here, and their time has not begun. As many as it works on at once, and a
    /// few more: what waits there may be given up for its <see cref="Timeout"/>. 1 to 4,096, default 16.
    /// </summary>
    [Range(1, 4_096)]
    public int ConcurrencyMax { get; set; } = 16;

    /// <summary>Most texts of one request for embeddings; larger requests go in turns. 1 to 2,048, default 64.</summary>
    [Range(1, 2_048)]
    public int EmbeddingBatchMax { get; set; } = 64;

    /// <summary>
    /// Sends parameters that are not OpenAI's own, such as top_k, min_p and the one that turns thinking off. SGLang, vLLM and
    /// llama-server know them. Set false for servers that refuse what they do not know, as api.openai.com does. Default true.
    /// </summary>
    public bool ExtraParameters { get; set; } = true;
}

/// <summary>Bounds of <see cref="RemoteOptions"/>.</summary>
[OptionsValidator]
public sealed partial class RemoteOptionsValidator : IValidateOptions<RemoteOptions>;

/// <summary>What a remote backend needs; nothing where the backend is another.</summary>
public sealed class RemoteOptionsRules(IOptions<InferenceOptions> inference, ProviderKeys keys) : IValidateOptions<RemoteOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, RemoteOptions options)
    {
        string? problem = !inference.Value.IsRemote ? null
            : options.BaseUrl is null ? "Inference:Backend is Remote and Inference:Remote:BaseUrl is not set. Give the server's address, for example http://127.0.0.1:8000/v1."
            : RemoteAddress.Problem(options.BaseUrl, "Inference:Remote:BaseUrl") is { } address ? address
            : string.IsNullOrWhiteSpace(options.Model) ? $"Inference:Backend is Remote and Inference:Remote:Model is not set. Name a model that {options.BaseUrl}/models lists."
            : options.ApiKeyVariable is { } variable && keys.Find(variable) is null ? $"Inference:Remote:ApiKeyVariable is {variable}, and no such environment variable is set. Set it to the server's key, or remove the option."
            : null;
        return problem is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problem);
    }
}
