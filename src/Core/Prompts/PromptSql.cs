namespace Pipeline.Core.Prompts;

internal static class PromptSql
{
    private const string Given = """
        unnest(@Kinds::text[], @Names::text[], @Languages::text[], @Versions::int[], @Systems::text[], @Users::text[], @Examples::json[])
            as given (kind, name, language, version, system, user_text, examples)
        """;

    // Only what comes with Pipeline is touched: clients' prompts stand beside it. An older build that starts later does not go back.
    public const string Seed = $"""
        insert into prompts (kind, name, language, active_version) select kind, name, language, version from {Given}
        on conflict (client_id, kind, name, language) do update set active_version = excluded.active_version
         where prompts.active_version < excluded.active_version
        """;

    public const string SeedVersions = $"""
        insert into prompt_versions (prompt_id, version, system, user_text, examples)
        select prompts.id, given.version, given.system, given.user_text, given.examples
          from {Given} join prompts using (kind, name, language)
         where prompts.client_id is null
        on conflict do nothing
        """;

    // The client's own stands before the one that comes with Pipeline.
    public const string FindActive = """
        select p.kind, p.name, p.language, v.version, v.system, v.user_text as "User", v.examples::text
          from prompts p join prompt_versions v on v.prompt_id = p.id and v.version = p.active_version
         where (p.client_id = @ClientId or p.client_id is null) and p.is_active
           and p.kind = @Kind and p.name = @Name and p.language = @Language
         order by p.client_id nulls last limit 1
        """;

    private const string Select = """
        select p.id, p.client_id is null as IsBuiltIn, p.kind, p.name, p.language, v.version, p.is_active as IsActive, v.system,
               v.user_text as "User", v.examples::text, p.created_at as CreatedAt, v.created_at as VersionCreatedAt
          from prompts p join prompt_versions v on v.prompt_id = p.id and v.version = p.active_version
         where (p.client_id = @ClientId or p.client_id is null)
        """;

    public const string Find = Select + " and p.id = @Id";

    public const string List = Select + """
         and (@Before::uuid is null or p.id < @Before)
           and (@Kind::text is null or p.kind = @Kind)
           and (@Name::text is null or p.name = @Name)
           and (@Language::text is null or p.language = @Language)
         order by p.id desc limit @Limit
        """;

    public const string Versions = """
        select v.version, v.version = p.active_version as IsInUse, v.system, v.user_text as "User", v.examples::text, v.created_at as CreatedAt
          from prompts p join prompt_versions v on v.prompt_id = p.id
         where p.id = @Id and (p.client_id = @ClientId or p.client_id is null)
         order by v.version desc
        """;

    public const string Count = "select count(*)::int from prompts where client_id = @ClientId";

    public const string Insert = """
        with made as (
            insert into prompts (client_id, kind, name, language, active_version, is_active)
            values (@ClientId, @Kind, @Name, @Language, 1, @IsActive)
            on conflict do nothing returning id)
        insert into prompt_versions (prompt_id, version, system, user_text, examples)
        select id, 1, @System, @User, @Examples::json from made
        returning prompt_id
        """;

    // Changes of one prompt come one after the other: each is to see the versions of the one before it.
    public const string Lock = """
        select (select max(version) from prompt_versions where prompt_id = prompts.id)
          from prompts where id = @Id and client_id = @ClientId for update
        """;

    // A version only where the text differs from the one in use.
    public const string Update = """
        with added as (
            insert into prompt_versions (prompt_id, version, system, user_text, examples)
            select p.id, @NextVersion, @System, @User, @Examples::json
              from prompts p join prompt_versions v on v.prompt_id = p.id and v.version = p.active_version
             where p.id = @Id and (v.system, v.user_text, v.examples::text) is distinct from (@System::text, @User::text, @Examples::text)
            returning version)
        update prompts set active_version = coalesce((select version from added), active_version), is_active = @IsActive where id = @Id
        """;

    public const string UseVersion = """
        update prompts set active_version = @Version
         where id = @Id and exists (select from prompt_versions where prompt_id = @Id and version = @Version)
        """;

    public const string Delete = "delete from prompts where id = @Id and client_id = @ClientId";
}
