using System.Text.RegularExpressions;

namespace Pipeline.Inference.Remote;

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
