using Npgsql;

namespace Pipeline.Core.Postgres.Rights;

/// <summary>Gives the users of roles what <see cref="RightsMatrix"/> says, and takes what it does not. Owns no table.</summary>
public sealed class DatabaseGrants(NpgsqlDataSource dataSource)
{
    /// <summary>Where the scheduler's library has tables of its own, which it makes and changes by itself.</summary>
    public const string SchedulerSchema = "hangfire";

    private const string Place = $"""
        select quote_ident(current_schema()) as Schema, quote_ident(current_database()) as Database, to_regnamespace('{SchedulerSchema}') is not null as HasScheduler,
               pg_has_role((select relowner from pg_class where oid = 'jobs'::regclass), 'usage') as IsOwner
        """;

    private const string Facts = """
        select quote_ident(rolname) as Name, rolsuper as IsSuperuser,
               pg_has_role(rolname, (select relowner from pg_class where oid = 'jobs'::regclass), 'member') as IsOwner
          from pg_roles where rolname = @User
        """;

    private const string CanCreate = "select has_schema_privilege(@User, current_schema(), 'create')";

    // Made before the scheduler had a user of its own. What that user made belongs to it.
    private const string SchedulerTables = $"""
        select format('%s {SchedulerSchema}.%I', case relkind when 'S' then 'sequence' else 'table' end, relname) from pg_class
         where relnamespace = to_regnamespace('{SchedulerSchema}') and relkind in ('r', 'p', 'S') and pg_has_role(relowner, 'usage')
        """;

    /// <summary>
    /// Grants in one transaction, so that what runs never misses anything; to be repeated after each migration. A user can have several roles.
    /// </summary>
    /// <returns>Why nothing was granted, and what to do; null where everything was.</returns>
    public async Task<string?> GrantAsync(IReadOnlyDictionary<DatabaseRole, string> users, CancellationToken cancellationToken)
    {
        // One at a time: two that write the same rights fail on each other.
        await using var alone = await AdvisoryLock.AcquireAsync(dataSource, "rights", cancellationToken);
        var connection = alone.Session;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var place = await connection.QuerySingleAsync<DatabasePlace>(Place, null, cancellationToken);
        if (!place.IsOwner)
        {
            return "The user of Postgres__ConnectionString does not own the tables, so it cannot grant anything on them. Use their owner.";
        }

        Dictionary<string, string> names = [];
        foreach (var user in users.Values.Distinct())
        {
            var facts = await connection.QuerySingleOrDefaultAsync<UserFacts>(Facts, new { User = user }, cancellationToken);
            if (Refusal(user, facts) is { } refusal)
            {
                return refusal;
            }

            names[user] = facts!.Name;
            await connection.ExecuteAsync(Take(place, facts.Name), null, cancellationToken);
        }

        foreach (var (role, user) in users)
        {
            await connection.ExecuteAsync(Give(place, role, names[user]), null, cancellationToken);
            if (role is DatabaseRole.Scheduler)
            {
                await GiveSchedulerSchemaAsync(connection, place, names[user], cancellationToken);
            }
        }

        foreach (var user in names.Keys)
        {
            if (await connection.QuerySingleAsync<bool>(CanCreate, new { User = user }, cancellationToken))
            {
                return $"User '{user}' may create tables in schema {place.Schema}, as everybody may. Run 'revoke create on schema {place.Schema} from public', then grant again.";
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    private static string? Refusal(string user, UserFacts? facts) => facts switch
    {
        null => $"There is no user '{user}'. Make it first: create role \"{user}\" login password '…'.",
        { IsSuperuser: true } => $"User '{user}' is a superuser, who may do everything whatever is granted. Make one that is not.",
        { IsOwner: true } => $"User '{user}' owns the tables, or is a member of their owner, so it may do everything whatever is granted. Make one that is not.",
        _ => null,
    };

    private static string Take(DatabasePlace place, string user) => $"""
        revoke all on {string.Join(", ", RightsMatrix.Tables.Select(table => table.Table))} from {user};
        revoke all on function {string.Join(", ", RightsMatrix.Functions.Keys)} from {user};
        revoke all on schema {place.Schema} from {user}
        """;

    private static string Give(DatabasePlace place, DatabaseRole role, string user) => string.Join(
        ";\n",
        [
            $"grant connect on database {place.Database} to {user}",
            $"grant usage on schema {place.Schema} to {user}",
            .. RightsMatrix.Tables.Where(table => table.Of(role) is not null).Select(table => $"grant {table.Privileges(role)} on {table.Table} to {user}"),
            .. RightsMatrix.Functions.Where(function => function.Value.Contains(role)).Select(function => $"grant execute on function {function.Key} to {user}"),
        ]);

    private static async Task GiveSchedulerSchemaAsync(NpgsqlConnection connection, DatabasePlace place, string user, CancellationToken cancellationToken)
    {
        if (!place.HasScheduler)
        {
            await connection.ExecuteAsync($"create schema {SchedulerSchema}", null, cancellationToken);
        }

        await connection.ExecuteAsync($"grant usage, create on schema {SchedulerSchema} to {user}", null, cancellationToken);
        foreach (var table in await connection.QueryAsync<string>(SchedulerTables, null, cancellationToken))
        {
            await connection.ExecuteAsync($"grant all on {table} to {user}", null, cancellationToken);
        }
    }

    private sealed record DatabasePlace
    {
        public required string Schema { get; init; }

        public required string Database { get; init; }

        public required bool HasScheduler { get; init; }

        public required bool IsOwner { get; init; }
    }

    private sealed record UserFacts
    {
        public required string Name { get; init; }

        public required bool IsSuperuser { get; init; }

        public required bool IsOwner { get; init; }
    }
}
