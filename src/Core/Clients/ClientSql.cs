namespace Pipeline.Core.Clients;

internal static class ClientSql
{
    private const string Columns = "id, name, created_at as CreatedAt, revoked_at as RevokedAt";

    public const string Insert = "insert into clients (id, name, key_hash) values (@Id, @Name, @KeyHash)";

    public const string FindByHash = $"select {Columns} from clients where key_hash = @KeyHash and revoked_at is null";

    public const string AnyKeys = "select exists (select from clients where key_hash is not null and revoked_at is null)";

    public const string List = $"select {Columns} from clients where key_hash is not null order by created_at";

    public const string Revoke = "update clients set revoked_at = now() where name = @Name and key_hash is not null and revoked_at is null";

    public const string FindReporting = "select time_zone as TimeZone, language from clients where id = @Id";

    public const string SetReporting = "update clients set time_zone = @TimeZone, language = @Language where id = @Id";
}
