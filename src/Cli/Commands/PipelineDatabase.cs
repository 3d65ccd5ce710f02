using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Erasure;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;
using Pipeline.Core.Steering;

namespace Pipeline.Cli.Commands;

/// <summary>Opens the pipeline's database as its hosts do, but starts none of a host's services: no broker is needed.</summary>
internal static class PipelineDatabase
{
    public const string Variable = "Postgres__ConnectionString";

    private const string Setting = "Postgres:ConnectionString";

    public static async Task<int> UseAsync(
        CliEnvironment environment,
        Func<IServiceProvider, Task<int>> work,
        CancellationToken cancellationToken)
    {
        if (environment.Variable(Variable) is not { Length: > 0 } connectionString)
        {
            throw new CommandException($"{Variable} is not set; run this through ./run, or set it to the pipeline's database.");
        }

        // No defaults: neither settings files of the current folder nor a console logger.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new(Setting, connectionString), .. EncryptionVariables.Settings(environment)]);
        builder.Logging.ClearProviders();
        builder.AddPipeline(pipeline => pipeline.AddActivityReports());
        builder.Services.AddSingleton<ClientErasure>().AddSingleton<AuditStore>();
        try
        {
            using var host = builder.Build();
            await host.Services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
            await DatabaseClock.SetAsync(host.Services.GetRequiredService<TimeProvider>(), host.Services.GetRequiredService<NpgsqlDataSource>(), cancellationToken);
            return await work(host.Services);
        }
        catch (Exception exception) when (Sentence(exception) is { } sentence)
        {
            throw new CommandException(sentence);
        }
    }

    private static string? Sentence(Exception exception) => exception switch
    {
        StartupException => exception.Message,
        OptionsValidationException options => string.Join(Environment.NewLine, options.Failures),
        PostgresException refused => $"PostgreSQL refuses: {refused.MessageText} (SQLSTATE {refused.SqlState}); correct {Variable}.",
        NpgsqlException or SocketException or StoreUnavailableException =>
            $"PostgreSQL does not answer ({exception.Message}); start it with ./run, or correct {Variable}.",
        _ => null,
    };
}
