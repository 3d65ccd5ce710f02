using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Pipeline.Cli.Input;
using Pipeline.Client;
using Pipeline.Contracts;

namespace Pipeline.Cli.Wire;

/// <summary>Documents of a file that lie in the pipeline while they are searched, apart from the client's own, and are deleted afterwards.</summary>
internal sealed class Library(DocumentClient documents, IReadOnlyList<LibraryRow> rows, string? folder, TimeProvider time) : IAsyncDisposable
{
    private const string Label = "evaluation";

    // Enough that the worker never waits for us.
    private const int AtOnce = 8;

    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(100);

    private readonly string _run = Guid.CreateVersion7().ToString();
    private readonly ConcurrentDictionary<Guid, string> _names = new();

    // Written whenever a document is ready, read before every wait.
    private long _lastProgress = time.GetTimestamp();

    /// <summary>Gives up when no document became ready for this long; a question expires after it.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>When a question that is asked now expires.</summary>
    public DateTimeOffset Expiry => time.GetUtcNow() + Patience;

    /// <summary>Finds these documents only.</summary>
    public JsonObject Filter => new() { [Label] = _run };

    /// <summary>The name of a document that was found.</summary>
    public string? NameOf(Guid id) => _names.GetValueOrDefault(id);

    /// <summary>Returns once all of them can be found.</summary>
    /// <param name="finished">Called after each document, from several threads.</param>
    public Task LoadAsync(Action finished, CancellationToken cancellationToken) =>
        EachAsync(
            rows.Where(row => row.Document is not null),
            async (row, token) =>
            {
                // To its end: one that is added without our knowing would stay.
                token.ThrowIfCancellationRequested();
                var added = await AddAsync(row, CancellationToken.None);
                _names[added.Id] = row.Document!;
                await WaitAsync(row, added, token);
                Volatile.Write(ref _lastProgress, time.GetTimestamp());
                finished();
            },
            cancellationToken);

    /// <summary>The same for every question, in the order of the file.</summary>
    public async Task<T[]> EachQuestionAsync<T>(Func<LibraryRow, CancellationToken, Task<T>> ask, Action finished, CancellationToken cancellationToken)
    {
        var questions = rows.Where(row => row.Question is not null).ToArray();
        var answers = new T[questions.Length];
        await EachAsync(
            questions.Index(),
            async (question, token) =>
            {
                answers[question.Index] = await ask(question.Item, token);
                finished();
            },
            cancellationToken);
        return answers;
    }

    /// <summary>Deletes what was added, with the answers that quote it.</summary>
    public async ValueTask DisposeAsync() =>
        // Also after Ctrl-C: nobody else would delete them.
        await EachAsync(_names.Keys, documents.DeleteAsync, CancellationToken.None);

    private static Task EachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, Task> act, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        items, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, (item, token) => new ValueTask(act(item, token)));

    private async Task WaitAsync(LibraryRow row, Document document, CancellationToken cancellationToken)
    {
        while (!document.IsReady)
        {
            if (document.State is "failed")
            {
                throw new CommandException($"Document \"{row.Document}\" was not embedded: {document.Error?.Message ?? "the server does not say why."}");
            }

            if (time.GetElapsedTime(Volatile.Read(ref _lastProgress)) >= Patience)
            {
                throw new CommandException($"No document became ready for {Patience.TotalSeconds:0} s; see that an embedding worker runs, or wait longer with --wait.");
            }

            await Task.Delay(PollPause, time, cancellationToken);
            document = await documents.GetAsync(document.Id, cancellationToken);
        }
    }

    private async Task<Document> AddAsync(LibraryRow row, CancellationToken cancellationToken)
    {
        if (row.File is null)
        {
            return await documents.AddAsync(new() { Title = row.Title, Text = row.Text!, Metadata = Filter, Priority = JobPriority.Bulk }, cancellationToken);
        }

        var path = Path.Combine(folder ?? throw new CommandException($"Document \"{row.Document}\" is the file {row.File}; say with --files below which folder it lies."), row.File);
        try
        {
            var content = await File.ReadAllBytesAsync(path, cancellationToken);
            return await documents.AddFileAsync(new() { Content = content, Name = Path.GetFileName(path), Title = row.Title, Metadata = Filter }, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read: {exception.Message}");
        }
    }
}
