using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Clients;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.ActivityReports;

/// <summary>
/// Counts the jobs of a span of time, a page at a time, and rests in between: the database has the jobs to serve. No
/// transaction stays open, because results of batches wait for the oldest one.
/// </summary>
public sealed class FiguresReader(NpgsqlDataSource dataSource, IOptions<ActivityReportOptions> options, TimeProvider time)
{
    /// <summary>Adds every job of the query to a sum; says how long the database worked for it.</summary>
    internal async Task<TimeSpan> AddAsync(FiguresSum sum, FiguresQuery query, CancellationToken cancellationToken)
    {
        var (after, worked) = (query.After, TimeSpan.Zero);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        while (true)
        {
            var started = time.GetTimestamp();
            var page = await connection.QuerySingleAsync<FiguresPage>(new CommandDefinition(
                FiguresSql.Page,
                new
                {
                    query.ClientId,
                    Client.SystemId,
                    After = after,
                    query.To,
                    query.Ids,
                    Floors = query.Floors.ToArray(),
                    Limit = options.Value.PageRows,
                    TypicalMax = query.ClientId is null ? 0 : FiguresSum.CandidatesMax,
                },
                cancellationToken: cancellationToken));
            var elapsed = time.GetElapsedTime(started);
            worked += elapsed;
            sum.Add(page);
            if (page.Rows < options.Value.PageRows)
            {
                return worked;
            }

            after = page.Last!.Value;
            await Task.Delay(elapsed * ((1 / options.Value.DatabaseShare) - 1), time, cancellationToken);
        }
    }
}

/// <summary>Which jobs are counted, and in which periods.</summary>
internal sealed record FiguresQuery
{
    /// <summary>Null: of all clients.</summary>
    public required Guid? ClientId { get; init; }

    /// <summary>Only jobs with a greater id.</summary>
    public required Guid After { get; init; }

    /// <summary>Only jobs with a smaller id.</summary>
    public required Guid To { get; init; }

    /// <summary>Only these jobs; null: all.</summary>
    public Guid[]? Ids { get; init; }

    /// <summary>The least id of each period, in order.</summary>
    public required IReadOnlyList<Guid> Floors { get; init; }

    /// <summary>Jobs that were accepted in these periods.</summary>
    public static FiguresQuery Of(Guid? clientId, IReadOnlyList<DateTimeOffset> starts, DateTimeOffset end) => new()
    {
        ClientId = clientId,
        After = JobDays.Floor(starts[0]),
        To = JobDays.Floor(end),
        Floors = [.. starts.Select(JobDays.Floor)],
    };
}
