using System.Text.RegularExpressions;

namespace Pipeline.Inference.Remote;

/// <summary>Reads keys from environment variables, the only place they may come from.</summary>
/// <param name="read">The variable's value; null where it is not set.</param>
public sealed class ProviderKeys(Func<string, string?> read)
{
    /// <summary>Those of this process.</summary>
    public ProviderKeys()
        : this(Environment.GetEnvironmentVariable)
    {
    }

    /// <summary>Null where the variable is not set or empty.</summary>
    public ProviderKey? Find(string variable) => read(variable)?.Trim() is { Length: > 0 } value ? new(value) : null;
}

/// <summary>The key of a server or cloud provider. It shows itself in no log, no message and no debugger.</summary>
public sealed partial class ProviderKey
{
    private const string Hidden = "***";

    /// <param name="value">The key itself, not empty.</param>
    public ProviderKey(string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        Value = value;
    }

    internal string Value { get; }

    /// <inheritdoc/>
    public override string ToString() => Hidden;

    /// <summary>A server's words without the key: some repeat what they were sent, whole or shortened.</summary>
    internal static string Redact(string text, ProviderKey? key)
    {
        string whole = key is null ? text : text.Replace(key.Value, Hidden, StringComparison.Ordinal);
        return KeyLike().Replace(whole, Hidden);
    }

    // sk-… is how OpenAI, Anthropic and many gateways begin a key.
    [GeneratedRegex(@"\bsk-[\w*.-]+")]
    private static partial Regex KeyLike();
}
