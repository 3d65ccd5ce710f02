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
