using Pipeline.Core.Encryption;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Encryption;

public sealed class VaultTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private readonly ManualTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"text":"좋은 아침 ☀"}""", true)]
    [InlineData("\"a string\"", true)]
    [InlineData("", false)]
    [InlineData("a text", false)]
    [InlineData("pse1:1:AAAA", false)]
    public async Task A_value_comes_back_as_it_was_and_only_at_its_place(string plain, bool isJson)
    {
        var (vault, _) = await VaultAsync();
        var (column, row) = (new EncryptedColumn("jobs.any", isJson), Guid.CreateVersion7());

        var stored = vault.Seal(column, row, plain, part: 3, word: "cut");

        stored.ShouldNotContain(plain.Length > 0 ? plain : "plain");
        stored.ShouldEndWith(isJson ? ":cut\"" : ":cut");
        vault.Open(column, row, stored, part: 3).ShouldBe(plain);
        vault.Seal(column, row, plain, part: 3, word: "cut").ShouldNotBe(stored);
        foreach (var open in new Action[]
        {
            () => vault.Open(column, Guid.CreateVersion7(), stored, part: 3),
            () => vault.Open(column, row, stored, part: 4),
            () => vault.Open(new("jobs.other", isJson), row, stored, part: 3),
            () => vault.Open(column, row, stored.Replace(":cut", ":cat", StringComparison.Ordinal), part: 3),
            () => vault.Open(column, row, stored.Replace(":cut", "", StringComparison.Ordinal), part: 3),
            () => vault.Open(column, row, stored[..10] + (stored[10] is 'A' ? 'B' : 'A') + stored[11..], part: 3),
            () => vault.Open(column, row, isJson ? "\"pse1:1\"" : "pse1:1", part: 3),
            () => vault.Open(column, row, isJson ? "\"pse1:1:A\"" : "pse1:1:A", part: 3),
            () => vault.Open(column, row, isJson ? "\"pse1:12345678901:AAAA\"" : "pse1:12345678901:AAAA", part: 3),
        })
        {
            Should.Throw<UndecryptableException>(open).Message.ShouldContain("cannot be decrypted");
        }
    }

    [Theory]
    [InlineData("PSE1 bytes")]
    [InlineData("PSE0")]
    [InlineData("")]
    [InlineData("others")]
    public async Task Bytes_come_back_as_they_were_with_and_without_a_key(string text)
    {
        var (plain, row) = (System.Text.Encoding.UTF8.GetBytes(text), Guid.CreateVersion7());
        var (vault, _) = await VaultAsync();

        foreach (var stored in new[] { vault.Seal(EncryptedColumn.FileChunk, row, plain, 1), Vault.Keyless.Seal(EncryptedColumn.FileChunk, row, plain, 1) })
        {
            vault.Open(EncryptedColumn.FileChunk, row, stored, 1).ShouldBe(plain);
        }

        var encrypted = vault.Seal(EncryptedColumn.FileChunk, row, plain, 1);
        Should.Throw<UndecryptableException>(() => vault.Open(EncryptedColumn.FileChunk, row, encrypted, 2));
        Should.Throw<UndecryptableException>(() => vault.Open(EncryptedColumn.FileChunk, row, encrypted[..6], 1));
        Should.Throw<UndecryptableException>(() => Vault.Keyless.Open(EncryptedColumn.FileChunk, row, encrypted, 1)).IsKeyless.ShouldBeTrue();
    }

    [Fact]
    public void Without_a_key_a_value_is_handed_on_untouched()
    {
        var text = new string('a', 1_000);
        var row = Guid.CreateVersion7();
        Vault.Keyless.Open(EncryptedColumn.Input, row, Vault.Keyless.Seal(EncryptedColumn.Input, row, text)).ShouldBeSameAs(text);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
        {
            Vault.Keyless.Open(EncryptedColumn.Input, row, Vault.Keyless.Seal(EncryptedColumn.Input, row, text));
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public async Task Each_day_has_a_key_and_that_of_tomorrow_is_known_today()
    {
        var (vault, ring) = await VaultAsync();
        var (other, _) = await VaultAsync(); // A process that loads its keys today, and not again.
        var (row, today) = (Guid.CreateVersion7(), ring.Current!.Id);

        _time.Advance(TimeSpan.FromDays(1));
        ring.Current.Id.ShouldNotBe(today);
        other.Open(EncryptedColumn.Input, row, vault.Seal(EncryptedColumn.Input, row, "{}")).ShouldBe("{}");

        _time.Advance(TimeSpan.FromDays(1));
        await ring.LoadAsync(Token);
        var later = vault.Seal(EncryptedColumn.Input, row, "{}");
        _time.Advance(TimeSpan.FromMinutes(1));
        other.Open(EncryptedColumn.Input, row, later).ShouldBe("{}");
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData("c2hvcnQ=", null, "Encryption:Key is not a key")]
    [InlineData("not Base64", null, "Encryption:Key is not a key")]
    [InlineData(null, "/nowhere", "Encryption:KeyFile cannot be read")]
    public void A_setting_that_is_no_key_is_told_and_not_shown(string? key, string? file, string? told)
    {
        var result = new EncryptionOptionsValidator().Validate(null, new() { Key = key, KeyFile = file });

        result.Failed.ShouldBe(told is not null);
        (result.FailureMessage ?? "").ShouldContain(told ?? "");
        if (key is { Length: > 0 })
        {
            result.FailureMessage!.ShouldNotContain(key);
        }
    }

    [Fact]
    public async Task A_data_key_whose_row_was_changed_is_left_out_and_the_others_work()
    {
        var (vault, ring) = await VaultAsync();
        var (row, day) = (Guid.CreateVersion7(), DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime));
        var stored = vault.Seal(EncryptedColumn.Input, row, "{}");
        await using (var command = database.DataSource.CreateCommand("update encryption_keys set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) where day = $1 returning id"))
        {
            command.Parameters.Add(new() { Value = day });
            await command.ExecuteNonQueryAsync(Token);
        }

        try
        {
            var (other, _) = await VaultAsync();

            Should.Throw<UndecryptableException>(() => other.Open(EncryptedColumn.Input, row, stored)).Message.ShouldContain($"no usable key {ring.Current!.Id}");
        }
        finally
        {
            await using var command = database.DataSource.CreateCommand("update encryption_keys set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) where day = $1");
            command.Parameters.Add(new() { Value = day });
            await command.ExecuteNonQueryAsync(Token);
        }
    }

    private Task<(Vault Vault, KeyRing Ring)> VaultAsync() => TestVault.OpenAsync(database.DataSource, _time);
}
