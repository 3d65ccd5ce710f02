using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Postgres;

/// <summary>The database. Section <c>Postgres</c>.</summary>
public sealed class PostgresOptions
{
    public const string Section = "Postgres";

    /// <summary>An Npgsql connection string, for example <c>Host=localhost;Username=pipeline;Password=…;Database=pipeline</c>.</summary>
    [Required(ErrorMessage = "Postgres:ConnectionString is not set. Set it, for example with the environment variable Postgres__ConnectionString, or start everything with ./run.")]
    public string ConnectionString { get; init; } = "";

    /// <summary>
    /// A replica that lists and counts of jobs are read from, so that people who look do not slow down work; null reads them from
    /// <see cref="ConnectionString"/>. Same form.
    /// </summary>
    public string? ReadConnectionString { get; init; }

    /// <summary>How long such a search may take before it is given up. 100 ms to 10 minutes, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long start-up waits for a server that is not there yet. 0 to 10 minutes, default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How far a machine's clock may be from the database's before the process warns and is degraded. It goes by the database's in either
    /// case. 1 s to 1 day, default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ClockDifferenceMax { get; init; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class PostgresOptionsValidator : IValidateOptions<PostgresOptions>;
