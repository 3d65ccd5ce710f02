using Dapper;
using Npgsql;

namespace Pipeline.Core.Schedules;

/// <summary>Owns <c>schedules</c>: what schedulers tell of their tasks, and what operators ask of them.</summary>
public sealed class ScheduleStore(NpgsqlDataSource dataSource)
{
    /// <summary>Longest text that is kept of an error, in characters.</summary>
    private const int ErrorLengthMax = 1_000;

    /// <summary>By id.</summary>
    public Task<IReadOnlyList<Schedule>> ListAsync(CancellationToken cancellationToken) => QueryAsync<Schedule>(ScheduleSql.List, null, cancellationToken);

    public Task<Schedule?> FindAsync(string id, CancellationToken cancellationToken) => SingleAsync(ScheduleSql.Find, id, cancellationToken);

    /// <summary>Asks for a run as soon as a scheduler hears of it, paused or not. Null: there is no such task.</summary>
    public Task<Schedule?> RequestAsync(string id, CancellationToken cancellationToken) => SingleAsync(ScheduleSql.Request, id, cancellationToken);

    /// <summary>From now on occurrences pass without a run, and are not made up. Null: there is no such task.</summary>
    public Task<Schedule?> PauseAsync(string id, CancellationToken cancellationToken) => SingleAsync(ScheduleSql.Pause, id, cancellationToken);

    /// <summary>Null: there is no such task.</summary>
    public Task<Schedule?> ResumeAsync(string id, CancellationToken cancellationToken) => SingleAsync(ScheduleSql.Resume, id, cancellationToken);

    /// <summary>Brings the table in line with the tasks of a build.</summary>
    public async Task RegisterAsync(IReadOnlyCollection<Schedule> tasks, CancellationToken cancellationToken)
    {
        var ids = tasks.Select(task => task.Id).ToArray();
        await ExecuteAsync(
            ScheduleSql.Register,
            new
            {
                Ids = ids,
                Descriptions = tasks.Select(task => task.Description).ToArray(),
                Crons = tasks.Select(task => task.Cron).ToArray(),
                TimeZones = tasks.Select(task => task.TimeZone).ToArray(),
            },
            cancellationToken);
        await ExecuteAsync(ScheduleSql.RemoveOthers, new { Ids = ids }, cancellationToken);
    }

    public Task SetNextAsync(string id, DateTimeOffset? next, CancellationToken cancellationToken) =>
        ExecuteAsync(ScheduleSql.SetNext, new { Id = id, NextRunAt = next?.UtcDateTime }, cancellationToken);

    /// <summary>Tasks that somebody asked to run and that have not begun.</summary>
    public Task<IReadOnlyList<string>> RequestedAsync(CancellationToken cancellationToken) => QueryAsync<string>(ScheduleSql.Requested, null, cancellationToken);

    /// <summary>Marks the beginning of a run; false where the task is paused, and where a run was asked for that somebody else began.</summary>
    /// <param name="asked">It runs only because somebody asked.</param>
    public async Task<bool> TryBeginAsync(string id, bool asked, CancellationToken cancellationToken) =>
        await ExecuteAsync(ScheduleSql.Begin, new { Id = id, Asked = asked }, cancellationToken) is 1;

    /// <param name="outcome">A value of <see cref="ScheduleOutcome"/>.</param>
    public Task EndAsync(string id, string outcome, string? error, CancellationToken cancellationToken) =>
        ExecuteAsync(ScheduleSql.End, new { Id = id, Outcome = outcome, Error = error is { Length: > ErrorLengthMax } ? error[..ErrorLengthMax] : error }, cancellationToken);

    private async Task<Schedule?> SingleAsync(string sql, string id, CancellationToken cancellationToken) =>
        (await QueryAsync<Schedule>(sql, new { Id = id }, cancellationToken)).SingleOrDefault();

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();
    }

    private async Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }
}
