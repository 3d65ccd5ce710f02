using Npgsql;
using Pipeline.Cli.Commands;
using Pipeline.Core.Encryption;
using Pipeline.Core.Postgres;

namespace Pipeline.Cli.Doctor;

/// <summary>Says whether what clients send is encrypted in the database, and whether the key of this environment fits.</summary>
internal sealed class EncryptionCheckup(CliEnvironment environment)
{
    private const string HasKeys = "select to_regclass('encryption_keys') is not null as Has";

    private const string Masters = "select master from encryption_keys group by master order by max(day) desc";

    /// <param name="connection">To the pipeline's database.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public async Task<Finding> RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> needed = await connection.QuerySingleAsync<bool>(HasKeys, null, cancellationToken)
            ? await connection.QueryAsync<string>(Masters, null, cancellationToken)
            : [];
        IReadOnlyList<string> own;
        try
        {
            own = MasterKeyRotation.NamesOf(EncryptionVariables.Options(environment));
        }
        catch (MasterKeyException e)
        {
            return Finding.Bad(e.Message, "Correct it for every role.");
        }

        return (needed, own) switch
        {
            ([], []) => Finding.Good("Encryption of inputs and results is off."),
            ([], _) => Finding.Good($"Encryption is on from the next start, with master key {own[0]}."),
            (_, []) => Finding.Warning($"Values are encrypted; this environment has no key, and no role starts without master key {string.Join(", ", needed)}.", "Set Encryption__KeyFile or Encryption__Key."),
            _ when needed.Except(own).FirstOrDefault() is { } missing => Finding.Bad(
                $"Data keys are wrapped with master key {missing}, and this environment has {string.Join(", ", own)}.", "Correct Encryption__KeyFile or Encryption__Key, or add the key to Encryption__OldKeys."),
            _ => Finding.Good($"Encryption is on, with master key {own[0]}."),
        };
    }
}
