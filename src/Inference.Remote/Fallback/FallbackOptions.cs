using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Inference.Remote.Fallback;

/// <summary>Section "Fallback": whether a cloud provider answers when the local engine fails. Off unless an operator turns it on: texts leave the machine.</summary>
public sealed class FallbackOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Fallback";

    /// <summary>Sends what the local engine failed on to the provider. Default false.</summary>
    public bool Enabled { get; set; }

    /// <summary>Which provider; its key comes from the environment: OPENAI_API_KEY or ANTHROPIC_API_KEY. Default OpenAI.</summary>
    [EnumDataType(typeof(FallbackProvider))]
    public FallbackProvider Provider { get; set; } = FallbackProvider.OpenAI;

    /// <summary>The provider's model; required when enabled, because models come and go.</summary>
    public string? Model { get; set; }

    /// <summary>Address of a gateway that speaks the provider's protocol; null takes the provider itself.</summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>Longest wait for the local engine, its queue included, or for its first token when streaming. 1 s to 1 h, default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LocalTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest wait for the provider's answer, or for the next piece of a streamed one. 1 s to 10 min, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    internal string KeyVariable => Provider is FallbackProvider.Anthropic ? "ANTHROPIC_API_KEY" : "OPENAI_API_KEY";
}

/// <summary>Cloud providers.</summary>
public enum FallbackProvider
{
    /// <summary>api.openai.com, or what speaks its chat completions.</summary>
    OpenAI,

    /// <summary>api.anthropic.com, or what speaks its messages.</summary>
    Anthropic,
}

/// <summary>Bounds of <see cref="FallbackOptions"/>.</summary>
[OptionsValidator]
public sealed partial class FallbackOptionsValidator : IValidateOptions<FallbackOptions>;

/// <summary>What an enabled fallback needs.</summary>
public sealed class FallbackOptionsRules(ProviderKeys keys) : IValidateOptions<FallbackOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, FallbackOptions options)
    {
        string? problem = !options.Enabled ? null
            : string.IsNullOrWhiteSpace(options.Model) ? $"Fallback:Enabled is true and Fallback:Model is not set. Name a model of {options.Provider}."
            : RemoteAddress.Problem(options.BaseUrl, "Fallback:BaseUrl") is { } address ? address
            : keys.Find(options.KeyVariable) is null ? $"Fallback:Enabled is true and the environment variable {options.KeyVariable} is not set. Set it to the key of {options.Provider}, or set Fallback:Enabled to false."
            : null;
        return problem is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problem);
    }
}
