using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Batches;
using Pipeline.Core.FileBatches;
using Pipeline.Core.Files;

namespace Pipeline.Api.OpenAi.Batches;

/// <summary>
/// Ends a batch whose jobs are final: writes its answers and errors as files, a page of lines at a time, and makes files and end durable together.
/// A process that dies in the middle leaves pieces that belong to no file, and the next one begins anew.
/// </summary>
internal sealed class LineFiles(
    FileStore files, FileBatchSteps steps, FileBatchStore store, BatchStore batches, IOptions<StoredFileOptions> options, TimeProvider time)
{
    // Each page asks anew whether the batch is over, and where the lines after the last one begin: a fifth of it took a quarter longer.
    public const int PageLength = 2_500;

    public async Task EndAsync(FileBatch batch, CancellationToken cancellationToken)
    {
        if (batch.State is FileBatchState.Cancelling)
        {
            await batches.CancelAsync(batch.ClientId, batch.Id, cancellationToken);
            if (batch.InProgressAt is null)
            {
                await steps.ForgetErrorsAsync(batch.Id, cancellationToken); // Of a check that was not to end.
            }
        }
        else
        {
            await steps.FinalizeAsync(batch.Id, cancellationToken);
            batch = batch with { State = FileBatchState.Finalizing };
        }

        var now = time.GetUtcNow();
        await using var output = new FileWriter(files, Guid.CreateVersion7(now));
        await using var errors = new FileWriter(files, Guid.CreateVersion7(now));
        if (await WriteAsync(batch, output, errors, cancellationToken) is not { } end)
        {
            return; // Somebody retried a job: it is not over yet.
        }

        await output.CompleteAsync(cancellationToken);
        await errors.CompleteAsync(cancellationToken);
        end = end with { Output = FileOf(output, "output"), Errors = FileOf(errors, "errors") };
        if (await steps.EndAsync(batch, end, cancellationToken))
        {
            output.Keep();
            errors.Keep();
        }

        StoredFile? FileOf(FileWriter written, string name) => written.Bytes is 0 ? null : new()
        {
            Id = written.FileId,
            ClientId = batch.ClientId,
            Purpose = FilePurpose.BatchOutput,
            Filename = $"{OpenAiIds.Of(OpenAiIds.Batch, batch.Id)}_{name}.jsonl",
            Bytes = written.Bytes,
            ExpiresAt = now + (batch.OutputSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : options.Value.Lifetime),
        };
    }

    /// <summary>Null where lines are missing.</summary>
    private async Task<FileBatchEnd?> WriteAsync(FileBatch batch, FileWriter output, FileWriter errors, CancellationToken cancellationToken)
    {
        var answers = new LineAnswers(batch);
        var (completed, failed, hasExpired) = (0, 0, false);
        LinePage? page = null;
        for (var reading = ReadAsync(BatchCursor.Start); reading is not null;)
        {
            page = await reading;
            reading = page is { Count: PageLength, Last: { } last } ? ReadAsync(last) : null; // While this one is written.
            foreach (var error in page?.Errors ?? [])
            {
                await errors.WriteAsync(answers.Of(error, withCursor: false), cancellationToken);
                failed++;
            }

            foreach (var line in page?.Lines ?? [])
            {
                var isAnswered = line.State is JobState.Succeeded;
                await (isAnswered ? output : errors).WriteAsync(answers.Of(line, withCursor: false), cancellationToken);
                (completed, failed) = isAnswered ? (completed + 1, failed) : (completed, failed + 1);
                hasExpired |= line.State is JobState.Expired;
            }
        }

        var state = batch.State is FileBatchState.Cancelling ? FileBatchState.Cancelled : hasExpired ? FileBatchState.Expired : FileBatchState.Completed;
        return page is { IsComplete: true } && completed + failed + batch.Erased == batch.Lines ? new(state) { Completed = completed, Failed = failed } : null;

        Task<LinePage?> ReadAsync(BatchCursor after) => store.ReadAsync(batch.ClientId, batch.Id, after, PageLength, cancellationToken);
    }
}
