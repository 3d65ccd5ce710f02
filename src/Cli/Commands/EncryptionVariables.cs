using Pipeline.Core.Encryption;

namespace Pipeline.Cli.Commands;

/// <summary>The section <c>Encryption</c> as environment variables have it: the roles' own.</summary>
internal static class EncryptionVariables
{
    private static readonly string[] _options =
        [nameof(EncryptionOptions.Key), nameof(EncryptionOptions.KeyFile), nameof(EncryptionOptions.OldKeys), nameof(EncryptionOptions.ReadOnly)];

    /// <summary>As settings; those that are not set are null.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Settings(CliEnvironment environment) =>
        _options.Select(option => new KeyValuePair<string, string?>($"{EncryptionOptions.Section}:{option}", Value(environment, option)));

    public static EncryptionOptions Options(CliEnvironment environment) => new()
    {
        Key = Value(environment, nameof(EncryptionOptions.Key)),
        KeyFile = Value(environment, nameof(EncryptionOptions.KeyFile)),
        OldKeys = Value(environment, nameof(EncryptionOptions.OldKeys)),
    };

    private static string? Value(CliEnvironment environment, string option) => environment.Variable($"{EncryptionOptions.Section}__{option}") is { Length: > 0 } value ? value : null;
}
