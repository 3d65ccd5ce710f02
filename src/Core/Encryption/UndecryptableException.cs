namespace Pipeline.Core.Encryption;

/// <summary>A stored value cannot be decrypted: the key it names is unknown, or it is not what was written there. It concerns this value alone.</summary>
public sealed class UndecryptableException(string message, bool isKeyless = false) : Exception(message)
{
    /// <summary>This process has no key at all; another may.</summary>
    public bool IsKeyless => isKeyless;
}
