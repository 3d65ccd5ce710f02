using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres.Rights;
using Pipeline.Core.Upkeep;

namespace Pipeline.Core.Postgres;

internal static class PostgresRegistration
{
    private const int PreparedStatementsMax = 64;
    private const int ReadConnectionsMax = 8;

    /// <summary>The database, up to date before anything else of the host starts.</summary>
    public static IServiceCollection AddPostgres(this IServiceCollection services)
    {
        DateTimeOffsetHandler.Register();
        DateOnlyHandler.Register();
        services.AddValidated<PostgresOptions, PostgresOptionsValidator>(PostgresOptions.Section);
        services.AddSingleton(provider => Primary(provider.GetRequiredService<IOptions<PostgresOptions>>().Value));
        services.AddSingleton(provider => Readable(provider.GetRequiredService<IOptions<PostgresOptions>>().Value));
        services.AddSingleton(Migration.EmbeddedIn(typeof(Migration).Assembly));
        services.AddSingleton<Migrator>();
        services.AddSingleton<DatabaseGrants>();
        services.AddSingleton<JobPartitions>();
        services.AddHostedService<DatabaseStart>();
        services.AddHosted<ClockWatch>();
        services.AddHealthChecks().AddCheck<PostgresHealth>("postgres", tags: ["ready"]).AddCheck<ClockHealth>("clock");
        return services;
    }

    private static NpgsqlDataSource Primary(PostgresOptions options) => Builder(options.ConnectionString, nameof(PostgresOptions.ConnectionString))
        .UsePhysicalConnectionInitializer(ReadOnlyDatabase.Refuse, ReadOnlyDatabase.RefuseAsync)
        .Build();

    /// <summary>With a pool of its own, so that searches never hold the connections that work needs.</summary>
    private static ReadDatabase Readable(PostgresOptions options)
    {
        var builder = options.ReadConnectionString is { Length: > 0 } replica
            ? Builder(replica, nameof(PostgresOptions.ReadConnectionString))
            : Builder(options.ConnectionString, nameof(PostgresOptions.ConnectionString));
        if (!builder.ConnectionStringBuilder.ShouldSerialize("Maximum Pool Size"))
        {
            builder.ConnectionStringBuilder.MaxPoolSize = ReadConnectionsMax;
        }

        return new(builder.Build(), options.ReadTimeout);
    }

    private static NpgsqlDataSourceBuilder Builder(string connectionString, string setting)
    {
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(connectionString);
            if (!connection.ShouldSerialize("Max Auto Prepare"))
            {
                // The same few statements all day: the server need not parse them each time.
                connection.MaxAutoPrepare = PreparedStatementsMax;
            }

            if (!connection.ShouldSerialize("No Reset On Close"))
            {
                // Nobody leaves anything in a session for the next one: settings are local to their transactions, and locks are
                // given back. To wipe a session costs the server more than some of the statements that follow.
                connection.NoResetOnClose = true;
            }

            return new NpgsqlDataSourceBuilder(connection.ConnectionString)
                // Loops that poll all day are no part of any job's trace.
                .ConfigureTracing(tracing => tracing.ConfigureCommandFilter(_ => Activity.Current is not null).ConfigureBatchFilter(_ => Activity.Current is not null));
        }
        catch (ArgumentException e)
        {
            throw new StartupException(
                // Not the driver's message: it quotes what it could not read, and that may be the password.
                $"Postgres:{setting} is not an Npgsql connection string, which is not a URL. Write it like Host=localhost;Username=pipeline;Password=…;Database=pipeline.", e);
        }
    }
}
