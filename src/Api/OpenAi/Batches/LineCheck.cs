using Microsoft.Extensions.Options;
using Pipeline.Api.Batches;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Api.Prompts;
using Pipeline.Api.Shares;
using Pipeline.Contracts;
using Pipeline.Core.Batches;
using Pipeline.Core.Clients;
using Pipeline.Core.Encryption;
using Pipeline.Core.FileBatches;
using Pipeline.Core.Files;
using Pipeline.Core.Limits;
using Pipeline.Core.Queues;

namespace Pipeline.Api.OpenAi.Batches;

/// <summary>
/// Checks the lines of a batch and makes jobs of the good ones: as <see cref="BatchSubmissions"/> does with a request, but that a bad line is kept
/// as such. Nothing is accepted before the last line; a process that dies in the middle leaves it all to the next one.
/// </summary>
internal sealed class LineCheck(
    FileStore files,
    FileBatchSteps steps,
    ClientStore clients,
    BatchIntake intake,
    LineEndpoints endpoints,
    PromptedInputs prompts,
    InputCheck checks,
    PromptCheck lengths,
    JobCatalog catalog,
    SpoolRoom disk,
    IOptions<ApiOptions> options,
    IOptions<LimitOptions> limits,
    TimeProvider time)
{
    private const int ErrorGroupMax = 500;
    private const int GroupLinesMax = 512;
    private const int GroupBytesMax = 1_048_576;

    // Others want to be answered meanwhile.
    private const int CoresMax = 4;

    private static readonly TimeSpan RetryMin = TimeSpan.FromSeconds(2);

    private readonly ApiOptions _options = options.Value;

    /// <summary>One try: the batch goes on, ends, or waits for room.</summary>
    public async Task RunAsync(FileBatch batch, CancellationToken cancellationToken)
    {
        if (batch.ExpiresAt <= time.GetUtcNow())
        {
            await steps.EndAsync(batch, new(FileBatchState.Expired), cancellationToken);
            return;
        }

        if (await files.FindAsync(batch.ClientId, batch.InputFileId, cancellationToken) is not { } file)
        {
            await FailAsync(batch, "file_not_found", "The input file was deleted, or has expired.", cancellationToken);
            return;
        }

        try
        {
            await CheckAsync(batch, file, cancellationToken);
        }
        catch (FileGoneException)
        {
            await FailAsync(batch, "file_not_found", "The input file was deleted while it was read.", cancellationToken);
        }
        catch (UndecryptableException e)
        {
            await FailAsync(batch, "file_undecryptable", e.Message, cancellationToken);
        }
        catch (BatchRefusedException refused) when (refused.Problem.Type == ProblemType.TooManyUploads)
        {
            // The client's share of the disk is taken by others of its requests.
            await steps.PostponeAsync(batch.Id, refused.Problem.RetryAfter ?? RetryMin, cancellationToken);
        }
    }

    private async Task CheckAsync(FileBatch batch, StoredFile file, CancellationToken cancellationToken)
    {
        var own = (await clients.FindLimitsAsync(batch.ClientId, cancellationToken)).Over(limits.Value.ToLimits());
        var linesMax = Math.Min(_options.BatchItemsMax, own.BatchJobs ?? int.MaxValue);
        await steps.ForgetErrorsAsync(batch.Id, cancellationToken);
        using var spool = new BatchSpool(catalog, disk.Begin(batch.ClientId), _options.BatchSpoolDirectory);
        await using var content = new StoredFileStream(files, file);
        var reader = new ItemReader(content, new LineSplitter(_options.BodyBytesMax), _options.BodyBytesMax + 1, long.MaxValue); // With the end of the line.
        var draft = new LineDraft(batch, endpoints, prompts, checks, lengths, _options);
        List<LineError> errors = [];
        var line = 0;
        var onSeveralCores = new ParallelOptions { MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, CoresMax), CancellationToken = cancellationToken };
        while (await ReadGroupAsync(reader, cancellationToken) is { Count: > 0 } group)
        {
            var first = line;
            var read = new LineRead[group.Count];
            await Parallel.ForAsync(0, group.Count, onSeveralCores, async (i, token) => read[i] = await draft.ReadAsync(group[i], first + i, token));
            foreach (var one in read)
            {
                if (line == linesMax)
                {
                    await FailAsync(batch, "too_many_lines", $"The file has more than {linesMax} lines (Api:BatchItemsMax, or your limit batch_jobs).", cancellationToken);
                    return;
                }

                var checkedLine = draft.InOrder(one, line++);
                if (checkedLine.Item is { } item)
                {
                    spool.Add(item);
                }
                else
                {
                    errors.Add(checkedLine.Error!);
                }

                if (errors.Count == ErrorGroupMax)
                {
                    await steps.AddErrorsAsync(batch.Id, errors, cancellationToken);
                    errors.Clear();
                }
            }
        }

        await steps.AddErrorsAsync(batch.Id, errors, cancellationToken);
        spool.Complete();
        await (line is 0
            ? FailAsync(batch, "empty_file", "The file has no lines.", cancellationToken)
            : AcceptAsync(batch, spool, new(batch.Id, line, line - spool.Count), own, cancellationToken));
    }

    /// <summary>The next lines, none behind the last one: as many as are worth several cores, and not much memory.</summary>
    private static async Task<List<byte[]>> ReadGroupAsync(ItemReader reader, CancellationToken cancellationToken)
    {
        List<byte[]> group = [];
        for (var bytes = 0; group.Count < GroupLinesMax && bytes < GroupBytesMax && await reader.ReadAsync(cancellationToken) is { } utf8; bytes += utf8.Length)
        {
            group.Add(utf8.ToArray());
        }

        return group;
    }

    private async Task AcceptAsync(FileBatch batch, BatchSpool spool, FileBatchStart start, ClientLimits own, CancellationToken cancellationToken)
    {
        if (spool.Count is 0)
        {
            await steps.BeginAsync(start, cancellationToken);
            return;
        }

        var reply = await intake.SubmitAsync(
            new() { Id = batch.Id, ClientId = batch.ClientId, Limits = own, Queues = spool.Queues, Items = spool.Read, Write = start }, cancellationToken);
        await (reply switch
        {
            BatchReply.QueueFull full => WaitAsync(full.RetryAfter),
            BatchReply.LimitReached { Limit: { Name: LimitName.WaitingJobs, RetryAfter: var delay } } => WaitAsync(delay),
            BatchReply.LimitReached { Limit: var reached } => FailAsync(
                batch, "token_limit_exceeded", $"{reached.Current} of {reached.Max} {reached.Name} are used or reserved, and this takes about {reached.Wanted}.", cancellationToken),
            BatchReply.TooLarge large => FailAsync(
                batch, "too_many_lines", $"The file has {large.Count} lines for queue {large.Queue}, which never holds more than {large.DepthMax} (Queues:{large.Queue}:DepthMax).", cancellationToken),
            BatchReply.ModelCannotWrite { Kind: var kind, Setting: var setting } => FailAsync(
                batch, "model_cannot_write", WriterRemedy.For(kind, setting), cancellationToken),
            _ => Task.CompletedTask, // Accepted, or canceled meanwhile.
        });

        Task WaitAsync(TimeSpan delay) => steps.PostponeAsync(batch.Id, delay > RetryMin ? delay : RetryMin, cancellationToken);
    }

    private async Task FailAsync(FileBatch batch, string code, string message, CancellationToken cancellationToken) =>
        await steps.EndAsync(batch, new(FileBatchState.Failed) { ErrorCode = code, Error = message }, cancellationToken);
}
