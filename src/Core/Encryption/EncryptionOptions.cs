using Microsoft.Extensions.Options;

namespace Pipeline.Core.Encryption;

/// <summary>Whether what clients send and get is encrypted in the database, and with which key. Section <c>Encryption</c>; off without a key.</summary>
public sealed class EncryptionOptions
{
    public const string Section = "Encryption";

    /// <summary>The master key: 32 random bytes in Base64, as <c>openssl rand -base64 32</c> writes them. Null: see <see cref="KeyFile"/>.</summary>
    public string? Key { get; init; }

    /// <summary>A file with the master key in its first line; in further lines, those before it. Null: see <see cref="Key"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Master keys of before, separated by commas, until <c>./run encryption rotate</c> has run. Default none.</summary>
    public string? OldKeys { get; init; }

    /// <summary>Default false. Where it is true, encrypted values are read and new ones are written plain: the way in, and the way out.</summary>
    public bool ReadOnly { get; init; }
}

internal sealed class EncryptionOptionsValidator : IValidateOptions<EncryptionOptions>
{
    public ValidateOptionsResult Validate(string? name, EncryptionOptions options)
    {
        if (options is { Key: { Length: > 0 }, KeyFile: { Length: > 0 } })
        {
            return ValidateOptionsResult.Fail("Encryption:Key and Encryption:KeyFile are both set. Set one of them.");
        }

        try
        {
            MasterKeys.Read(options);
            return options is { OldKeys.Length: > 0, Key: null or "", KeyFile: null or "" }
                ? ValidateOptionsResult.Fail("Encryption:OldKeys is set without a key to go on with. Set Encryption:Key or Encryption:KeyFile.")
                : ValidateOptionsResult.Success;
        }
        catch (MasterKeyException e)
        {
            return ValidateOptionsResult.Fail(e.Message);
        }
    }
}
