using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Cli.Doctor;

/// <summary>Looks at the database without changing anything in it.</summary>
internal sealed class PostgresCheckup(CliEnvironment environment, int processes)
{
    public const string Variable = "Postgres__ConnectionString";

    private const int VersionMin = 15;
    private const double SkewSecondsMax = 1;
    private const double SkewSecondsHarmful = 30;

    // Locks and the schedulers' own library, beside the pool of each process.
    private const int ConnectionsSpare = 10;

    private const string Facts = """
        select current_setting('server_version_num')::int / 10000 as Version, pg_is_in_recovery() as IsReplica, current_setting('fsync') as Fsync,
               current_setting('full_page_writes') as FullPageWrites, current_setting('max_connections')::int as ConnectionsMax,
               (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as Connections,
               extract(epoch from clock_timestamp())::float8 as Clock, has_schema_privilege(current_schema(), 'create') as CanCreate,
               pg_database_size(current_database())::bigint as Bytes,
               (select default_version from pg_available_extensions where name = 'vector') as VectorVersion,
               to_regclass('schema_migrations') is not null as IsMigrated,
               coalesce((select pg_has_role(relowner, 'usage') from pg_class where oid = to_regclass('schema_migrations')), false) as IsOwner
        """;

    private const string Applied = "select coalesce(max(version), 0) from schema_migrations";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        if (environment.Variable(Variable) is not { Length: > 0 } connectionString)
        {
            return [Finding.Bad($"{Variable} is not set.", "Set it to an Npgsql connection string, like Host=localhost;Username=pipeline;Password=…;Database=pipeline.")];
        }

        try
        {
            await using var dataSource = NpgsqlDataSource.Create(connectionString);
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            var before = environment.Time.GetUtcNow();
            var facts = await connection.QuerySingleAsync<ServerFacts>(Facts, null, cancellationToken);
            var skew = facts.Clock - ((before + ((environment.Time.GetUtcNow() - before) / 2)).ToUnixTimeMilliseconds() / 1000.0);
            var applied = facts.IsMigrated ? await connection.QuerySingleAsync<int>(Applied, null, cancellationToken) : 0;
            return
            [
                Version(facts), Durable(facts), Clock(skew), Connections(facts, new(connectionString)), Schema(facts, applied), Vectors(facts), await new EncryptionCheckup(environment).RunAsync(connection, cancellationToken),
                Finding.Good($"The database has {facts.Bytes / 1_048_576} MiB."),
            ];
        }
        catch (ArgumentException)
        {
            return [Finding.Bad($"{Variable} is not an Npgsql connection string.", "Write it like Host=localhost;Username=pipeline;Password=…;Database=pipeline.")];
        }
        catch (NpgsqlException e)
        {
            return [Finding.Bad($"PostgreSQL does not let us in: {e.Message.TrimEnd('.')}.", $"Start the server, or correct {Variable}.")];
        }
    }

    internal static Finding Version(ServerFacts facts) => facts.Version < VersionMin
        ? Finding.Bad($"PostgreSQL is version {facts.Version}.", $"Upgrade it to {VersionMin} or later.")
        : Finding.Good($"PostgreSQL is version {facts.Version}.");

    internal static Finding Durable(ServerFacts facts) =>
        facts.IsReplica ? Finding.Bad("The server is a replica and takes no writes.", $"Point {Variable} at the primary.")
        : facts is { Fsync: "on", FullPageWrites: "on" } ? Finding.Good("What is accepted survives a crash (fsync, full_page_writes).")
        : Finding.Bad($"fsync is {facts.Fsync} and full_page_writes is {facts.FullPageWrites}: accepted jobs can be lost in a crash.", "Set both to on.");

    private static Finding Clock(double skewSeconds) => Math.Abs(skewSeconds) switch
    {
        <= SkewSecondsMax => Finding.Good("Its clock and this machine's agree."),
        <= SkewSecondsHarmful => Finding.Warning($"Its clock and this machine's differ by {skewSeconds:0.0} s; times in answers are off by that.", "Run a time service (chrony, systemd-timesyncd) on both."),
        _ => Finding.Bad($"Its clock and this machine's differ by {skewSeconds:0} s: processes go by its clock, but what other programs write down on this machine does not.", "Run a time service (chrony, systemd-timesyncd) on both."),
    };

    private Finding Connections(ServerFacts facts, NpgsqlConnectionStringBuilder connection)
    {
        var wanted = processes * (connection.MaxPoolSize + ConnectionsSpare);
        var free = facts.ConnectionsMax - facts.Connections;
        return wanted <= facts.ConnectionsMax
            ? Finding.Good($"{facts.ConnectionsMax} connections hold {processes} processes of up to {connection.MaxPoolSize}; {free} are free now.")
            : Finding.Warning(
                $"{processes} processes of up to {connection.MaxPoolSize} connections may want {wanted}, and the server has {facts.ConnectionsMax} ({free} free now).",
                $"Raise max_connections, or set 'Maximum Pool Size' in {Variable} to {Math.Max(5, (facts.ConnectionsMax / processes) - ConnectionsSpare)}.");
    }

    private static Finding Schema(ServerFacts facts, int applied)
    {
        var known = Migration.EmbeddedIn(typeof(Migration).Assembly).Count;
        return facts is { IsMigrated: true, IsOwner: false } ? SchemaOfOthers(known, applied)
            : !facts.CanCreate ? Finding.Bad("The user may not create tables in the schema.", "Grant create on the schema, or use the database's owner.")
            : applied > known ? Finding.Warning($"The schema is of a newer version ({applied}; this one knows {known}).", "Use the newer version's programs; going back works where its migrations say so.")
            : applied < known ? Finding.Warning($"{known - applied} migrations are to be applied.", "Start any process of this version, or run `migrate`.")
            : Finding.Good($"The schema is up to date ({known}).");
    }

    /// <summary>Of a user with the rights of a role, who cannot migrate.</summary>
    private static Finding SchemaOfOthers(int known, int applied) =>
        applied < known ? Finding.Bad($"{known - applied} migrations are to be applied, and this user does not own the tables.", "Run './run database grant' with the users of the roles as their owner.")
        : applied > known ? Finding.Warning($"The schema is of a newer version ({applied}; this one knows {known}).", "Use the newer version's programs; going back works where its migrations say so.")
        : Finding.Good($"The schema is up to date ({known}); this user does not own it.");

    private static Finding Vectors(ServerFacts facts) => facts.VectorVersion is { } version
        ? Finding.Good($"pgvector {version} is available.")
        : Finding.Warning("pgvector is not installed: vectors are compared in memory, up to some hundred thousand chunks.", "Install the package of pgvector for this server.");

    internal sealed record ServerFacts
    {
        public int Version { get; init; }

        public bool IsReplica { get; init; }

        public string Fsync { get; init; } = "";

        public string FullPageWrites { get; init; } = "";

        public int ConnectionsMax { get; init; }

        public int Connections { get; init; }

        public double Clock { get; init; }

        public bool CanCreate { get; init; }

        public long Bytes { get; init; }

        public string? VectorVersion { get; init; }

        public bool IsMigrated { get; init; }

        public bool IsOwner { get; init; }
    }
}
