using System.Security.Cryptography;
using Pipeline.Cli.Commands;
using Pipeline.Core.Encryption;
using Pipeline.TestSupport.Services;

namespace Pipeline.Cli.Tests.Commands;

public sealed class EncryptionCommandTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly string _old = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private static readonly string _next = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task Keys_are_shown_by_name_wrapped_anew_and_never_printed()
    {
        (await RunAsync(0, [], "encryption", "status")).Out.ShouldContain("Encryption is off");
        (await DoctorAsync()).Out.ShouldContain("ok    Encryption of inputs and results is off.");
        await AddDataKeyAsync();
        (await RunAsync(0, [], "encryption", "status")).Out.ShouldContain("There is no key here");
        (await DoctorAsync()).Out.ShouldContain("warn  Values are encrypted");
        (await DoctorAsync(("Encryption__Key", _old))).Out.ShouldContain("ok    Encryption is on, with master key");
        (await DoctorAsync(("Encryption__Key", _next))).Out.ShouldContain("bad   Data keys are wrapped with master key");
        (await DoctorAsync(("Encryption__Key", "short"))).Out.ShouldContain("bad   Encryption:Key is not a key");

        (await RunAsync(1, [("Encryption__Key", _next)], "encryption", "rotate")).Error.ShouldContain("add that key to Encryption:OldKeys");
        (await RunAsync(1, [("Encryption__Key", "short")], "encryption", "rotate")).Error.ShouldContain("Encryption:Key is not a key");
        (await RunAsync(1, [], "encryption", "rotate")).Error.ShouldContain("There is no key to wrap with");
        var rotated = await RunAsync(0, [("Encryption__Key", _next), ("Encryption__OldKeys", _old)], "encryption", "rotate");

        rotated.Out.ShouldContain("1 data keys are wrapped anew; all 1 need master key");
        var status = await RunAsync(0, [("Encryption__Key", _next)], "encryption", "status");
        status.Out.ShouldContain("Encryption is on, with master key");
        status.Out.ShouldContain(": 1 data keys, ");
        (rotated.Out + status.Out).ShouldNotContain(_next[..8]);
    }

    /// <summary>As a role makes it: nonce, key and tag, bound to the day.</summary>
    private async Task AddDataKeyAsync()
    {
        var (nonce, key, tag) = (RandomNumberGenerator.GetBytes(12), RandomNumberGenerator.GetBytes(32), new byte[16]);
        using AesGcm cipher = new(Convert.FromBase64String(_old), tag.Length);
        cipher.Encrypt(nonce, key, key, tag, "encryption_keys:2026-01-01"u8);
        await using var command = database.DataSource.CreateCommand("insert into encryption_keys (day, wrapped, master) values ('2026-01-01', $1, $2)");
        command.Parameters.Add(new() { Value = (byte[])[.. nonce, .. key, .. tag] });
        command.Parameters.Add(new() { Value = MasterKeyRotation.NamesOf(new() { Key = _old })[0] });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<TestEnvironment> DoctorAsync(params (string Name, string Value)[] variables)
    {
        var environment = Environment(variables);
        await environment.RunAsync("doctor", "--processes", "1");
        return environment;
    }

    private async Task<TestEnvironment> RunAsync(int exit, (string Name, string Value)[] variables, params string[] args)
    {
        var environment = Environment(variables);
        (await environment.RunAsync(args)).ShouldBe(exit, environment.Error);
        return environment;
    }

    private TestEnvironment Environment((string Name, string Value)[] variables)
    {
        var environment = new TestEnvironment();
        environment.Variables[PipelineDatabase.Variable] = database.ConnectionString;
        foreach (var (name, value) in variables)
        {
            environment.Variables[name] = value;
        }

        return environment;
    }
}
