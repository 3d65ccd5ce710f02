using System.Collections.Concurrent;
using Npgsql;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.FileBatches;

/// <summary>
/// How many lines of a running batch have ended. Clients ask several times a second, and a large batch takes a while to count: it is counted
/// anew once it has rested for fifty times as long as that took.
/// </summary>
public sealed class LineCounts(NpgsqlDataSource dataSource, TimeProvider time)
{
    // One state at a time: however old its statistics, PostgreSQL then goes by the index that begins with batch and state.
    private const string Count = """
        select (select count(*) from jobs where id >= @Floor and batch_id = @Id and state = 'succeeded')::int,
               ((select count(*) from jobs where id >= @Floor and batch_id = @Id and state = 'failed')
                + (select count(*) from jobs where id >= @Floor and batch_id = @Id and state = 'canceled')
                + (select count(*) from jobs where id >= @Floor and batch_id = @Id and state = 'expired'))::int
        """;

    private const int RestsPerCount = 50;

    // More batches than this that run at once are counted each time.
    private const int CountedMax = 1_000;

    private readonly ConcurrentDictionary<Guid, Counted> _counted = new();

    public async Task<FileBatch> AddAsync(FileBatch batch, CancellationToken cancellationToken)
    {
        if (batch.InProgressAt is null || batch.State is not (FileBatchState.InProgress or FileBatchState.Finalizing or FileBatchState.Cancelling))
        {
            _counted.TryRemove(batch.Id, out _);
            return batch; // Its row knows.
        }

        if (!_counted.TryGetValue(batch.Id, out var counted) || time.GetElapsedTime(counted.At) >= counted.Took * RestsPerCount)
        {
            counted = await CountAsync(batch.Id, cancellationToken);
        }

        return batch with { Completed = counted.Completed, Failed = batch.BadLines + counted.Failed };
    }

    private async Task<Counted> CountAsync(Guid id, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (completed, failed) = await dataSource.QuerySingleAsync<(int, int)>(Count, new { Id = id, Floor = JobDays.FloorOfPartsOf(id) }, cancellationToken);
        var counted = new Counted(time.GetTimestamp(), time.GetElapsedTime(started), completed, failed);
        if (_counted.Count < CountedMax || _counted.ContainsKey(id))
        {
            _counted[id] = counted;
        }

        return counted;
    }

    private sealed record Counted(long At, TimeSpan Took, int Completed, int Failed);
}
