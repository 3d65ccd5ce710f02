using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Core.Batches;
using Pipeline.Core.Encryption;
using Pipeline.Core.Files;
using Pipeline.Core.Intake;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.FileBatches;

/// <summary>
/// Moves batches of files from state to state. Testing the state is the lock: whatever process makes a step, it is made once.
/// </summary>
public sealed class FileBatchSteps(NpgsqlDataSource dataSource, Vault vault)
{
    private const string Select = $"select {FileBatchStore.Columns} from file_batches";

    private const string ToValidate = $"{Select} where state = 'validating' and due_at <= now() order by due_at limit @Limit";

    private const string ToEnd = $"""
        {Select}
         where due_at <= now()
           and (state = 'cancelling' or (state in ('in_progress', 'finalizing') and {OpenJobs.NoneOfFile}))
         order by due_at limit @Limit
        """;

    private const string Postpone = "update file_batches set due_at = now() + @Delay::interval where id = @Id";

    private const string ForgetErrors = "delete from file_batch_errors where batch_id = @Id";

    private const string AddErrors = """
        insert into file_batch_errors (batch_id, line, custom_id, status, code, message, param)
        select @Id::uuid, * from unnest(@Lines::int[], @CustomIds::text[], @Statuses::int[], @Codes::text[], @Messages::text[], @Params::text[])
        """;

    internal const string Begin = """
        update file_batches set state = 'in_progress', in_progress_at = now(), lines = @Lines, bad_lines = @BadLines
         where id = @Id and state = 'validating'
        """;

    private const string Finalize = """
        update file_batches set state = 'finalizing', finalizing_at = coalesce(finalizing_at, now()) where id = @Id and state in ('in_progress', 'finalizing')
        """;

    // With the event, so that there is never one without the other. OpenAI's shape of it.
    private const string End = """
        with ended as (
            update file_batches set state = @To, completed = @Completed, failed = @Failed, output_file_id = @OutputFileId, error_file_id = @ErrorFileId,
                   error_code = @ErrorCode, error = @Error, error_line = @ErrorLine,
                   completed_at = case when @To = 'completed' then now() end, failed_at = case when @To = 'failed' then now() end,
                   expired_at = case when @To = 'expired' then now() end, cancelled_at = case when @To = 'cancelled' then now() end
             where id = @Id and state = @From and erased = @Erased returning id, client_id, state, callback_url),
        called as (
            insert into webhook_deliveries (client_id, batch_id, url, type, payload)
            select client_id, id, callback_url, 'batch.' || state, json_build_object(
                       'id', 'evt_' || uuid_by_time()::text, 'object', 'event', 'created_at', extract(epoch from now())::bigint,
                       'type', 'batch.' || state, 'data', json_build_object('id', 'batch_' || id::text))::text
              from ended where callback_url is not null)
        select count(*)::int from ended
        """;

    // Of lines that were held back and have ended otherwise: nobody else looks at these messages.
    private const string Forget = """
        delete from dispatches
         where due_at = 'infinity' and client_id = @ClientId and job_id in (select jobs.id from jobs where jobs.id >= @Floor and batch_id = @Id)
        """;

    /// <summary>Those whose lines are to be checked now, the one that waits longest first.</summary>
    public Task<IReadOnlyList<FileBatch>> ToValidateAsync(int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<FileBatch>(ToValidate, new { Limit = limit }, cancellationToken);

    /// <summary>Those whose jobs are all final, or are to be.</summary>
    public Task<IReadOnlyList<FileBatch>> ToEndAsync(int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<FileBatch>(ToEnd, new { Limit = limit }, cancellationToken);

    /// <summary>Nobody looks at it before.</summary>
    public Task PostponeAsync(Guid id, TimeSpan delay, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(Postpone, new { Id = id, Delay = delay }, cancellationToken);

    /// <summary>An earlier check may have ended in its middle.</summary>
    public Task ForgetErrorsAsync(Guid id, CancellationToken cancellationToken) => dataSource.ExecuteAsync(ForgetErrors, new { Id = id }, cancellationToken);

    public Task AddErrorsAsync(Guid id, IReadOnlyList<LineError> errors, CancellationToken cancellationToken) => dataSource.ExecuteAsync(
        AddErrors,
        new
        {
            Id = id,
            Lines = errors.Select(error => error.Line).ToArray(),
            CustomIds = errors.Select(error => error.CustomId).ToArray(),
            Statuses = errors.Select(error => error.Status).ToArray(),
            Codes = errors.Select(error => error.Code).ToArray(),
            Messages = errors.Select(error => vault.Seal(EncryptedColumn.LineMessage, id, error.Message, error.Line)).ToArray(),
            Params = errors.Select(error => error.Param).ToArray(),
        },
        cancellationToken);

    /// <summary>Goes on without a job: no line could become one.</summary>
    public Task BeginAsync(FileBatchStart start, CancellationToken cancellationToken) => dataSource.ExecuteAsync(Begin, start, cancellationToken);

    public Task FinalizeAsync(Guid id, CancellationToken cancellationToken) => dataSource.ExecuteAsync(Finalize, new { Id = id }, cancellationToken);

    /// <summary>Ends a batch, with its files in place of those of an earlier end.</summary>
    /// <returns>False when it is not in the state any more that it was found in, or lost a job meanwhile; nothing is written then.</returns>
    public async Task<bool> EndAsync(FileBatch found, FileBatchEnd end, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var file in new[] { end.Output, end.Errors }.OfType<StoredFile>())
        {
            await connection.ExecuteAsync(FileStore.Insert, file, cancellationToken);
        }

        var ended = await connection.QuerySingleAsync<int>(
            End,
            new
            {
                found.Id,
                From = found.State,
                found.Erased,
                To = end.State,
                end.Completed,
                end.Failed,
                OutputFileId = end.Output?.Id,
                ErrorFileId = end.Errors?.Id,
                end.ErrorCode,
                Error = vault.Seal(EncryptedColumn.BatchError, found.Id, end.Error),
                end.ErrorLine,
            },
            cancellationToken);
        if (ended is 0)
        {
            return false;
        }

        if (found.PausedAt is not null)
        {
            await connection.ExecuteAsync(Forget, new { found.ClientId, found.Id, Floor = JobDays.FloorOfPartsOf(found.Id) }, cancellationToken);
        }

        await connection.ExecuteAsync(
            FileStore.Delete,
            new { found.ClientId, Ids = new[] { found.OutputFileId, found.ErrorFileId }.OfType<Guid>().ToArray() },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}

/// <summary>The end of the check, written with the jobs that came of it.</summary>
/// <param name="Lines">All lines.</param>
/// <param name="BadLines">Those that became no jobs.</param>
public sealed record FileBatchStart(Guid Id, int Lines, int BadLines) : ISubmissionWrite
{
    public async Task<string?> TryWriteAsync(NpgsqlConnection connection, Vault vault, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(FileBatchSteps.Begin, this, cancellationToken) > 0 ? null : "The batch was canceled while its lines were checked.";
}

/// <summary>How a batch ends.</summary>
/// <param name="State">A final one of <see cref="FileBatchState"/>.</param>
public sealed record FileBatchEnd(string State)
{
    public int Completed { get; init; }

    public int Failed { get; init; }

    /// <summary>Answers, if there are any.</summary>
    public StoredFile? Output { get; init; }

    /// <summary>Lines without an answer, if there are any.</summary>
    public StoredFile? Errors { get; init; }

    public string? ErrorCode { get; init; }

    public string? Error { get; init; }

    /// <summary>From 1.</summary>
    public int? ErrorLine { get; init; }
}

internal static class FileBatchRegistration
{
    /// <summary>This process takes batches of files.</summary>
    public static IServiceCollection AddFileBatches(this IServiceCollection services) => services
        .AddSingleton<LineCounts>()
        .AddSingleton<FileBatchStore>()
        .AddSingleton<FileBatchSteps>();
}
