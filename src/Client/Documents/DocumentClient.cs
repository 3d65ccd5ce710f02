using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipeline.Client.Wire;
using Pipeline.Contracts;

namespace Pipeline.Client;

/// <summary>Texts that the server keeps, embeds, finds and answers from.</summary>
public sealed class DocumentClient
{
    private const string Documents = "api/documents";

    // The path of a document holds no request.
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(200);

    private readonly Transport _transport;
    private readonly PipelineClientOptions _options;
    private readonly Func<Guid, CancellationToken, Task<Job>> _waitForJob;

    /// <param name="waitForJob">Returns a job once it is final.</param>
    internal DocumentClient(Transport transport, PipelineClientOptions options, Func<Guid, CancellationToken, Task<Job>> waitForJob) =>
        (_transport, _options, _waitForJob) = (transport, options, waitForJob);

    /// <summary>Stores a document and returns once it is durable. It is found once it is ready: <see cref="WaitAsync"/>.</summary>
    public Task<Document> AddAsync(NewDocument document, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, Documents, document, cancellationToken);

    /// <summary>Stores the text of a file and returns once it is durable.</summary>
    /// <exception cref="PipelineException">The file cannot be read; the problem's <c>reason</c> says why.</exception>
    public Task<Document> AddFileAsync(NewFile file, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, Documents, file, cancellationToken);

    /// <summary>Stores a document under one's own name for it, in the place of the one before, which is found until this one is ready.</summary>
    /// <param name="key">1 to 255 characters.</param>
    public Task<Document> PutAsync(string key, NewDocument document, CancellationToken cancellationToken) => SendAsync(HttpMethod.Put, Path(key), document, cancellationToken);

    /// <summary>The same with the text of a file.</summary>
    /// <exception cref="PipelineException">The file cannot be read; the problem's <c>reason</c> says why.</exception>
    public Task<Document> PutFileAsync(string key, NewFile file, CancellationToken cancellationToken) => SendAsync(HttpMethod.Put, Path(key), file, cancellationToken);

    public Task<Document> GetAsync(Guid id, CancellationToken cancellationToken) => ReadAsync(Path(id), Document.Read, cancellationToken);

    /// <summary>The document under a key.</summary>
    public Task<Document> GetAsync(string key, CancellationToken cancellationToken) => ReadAsync(Path(key), Document.Read, cancellationToken);

    /// <summary>What a document says, as it was read.</summary>
    public Task<DocumentText> ReadTextAsync(Guid id, CancellationToken cancellationToken) => ReadAsync(
        Path(id) + "/text", element => element.Deserialize(ClientJson.Default.DocumentText) ?? throw new JsonException("The text is null."), cancellationToken);

    /// <summary>What a document was cut into, in the order of its text, a page at a time.</summary>
    public async IAsyncEnumerable<DocumentChunk> ListChunksAsync(Guid id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = Path(id) + "/chunks"; next is not null;)
        {
            var page = await ReadAsync(next, element => element.Deserialize(ClientJson.Default.ChunkPage) ?? throw new JsonException("The page is null."), cancellationToken);
            foreach (var chunk in page.Chunks)
            {
                yield return chunk;
            }

            next = Below(page.Links.Next);
        }
    }

    /// <summary>The document once it is ready or has failed, however long that takes: bound it with the token.</summary>
    public async Task<Document> WaitAsync(Guid id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var document = await GetAsync(id, cancellationToken);
            if (document.State is "ready" or "failed")
            {
                return document;
            }

            await Task.Delay(PollPause, _options.Time, cancellationToken);
        }
    }

    /// <summary>All of one's documents, newest first, a page at a time.</summary>
    public async IAsyncEnumerable<Document> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = Documents; next is not null;)
        {
            var page = await ReadAsync(next, element => element.Deserialize(ClientJson.Default.DocumentPage) ?? throw new JsonException("The page is null."), cancellationToken);
            foreach (var document in page.Documents)
            {
                yield return document;
            }

            next = Below(page.Links.Next);
        }
    }

    /// <summary>Deletes a document with all that was made of it. Once this returns, no search finds it.</summary>
    public Task DeleteAsync(Guid id, CancellationToken cancellationToken) => _transport.ReadAsync(() => new(HttpMethod.Delete, Path(id)), cancellationToken);

    /// <summary>The same of the one under a key.</summary>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) => _transport.ReadAsync(() => new(HttpMethod.Delete, Path(key)), cancellationToken);

    /// <summary>Finds the passages that answer a query best, by meaning and by words.</summary>
    public async Task<Findings> SearchAsync(DocumentQuery query, CancellationToken cancellationToken)
    {
        var body = DocumentBody.Of(query);
        return _transport.Read(
            await _transport.ReadAsync(() => JsonBody.Post("api/search", body), cancellationToken),
            element => element.Deserialize(ClientJson.Default.Findings) ?? throw new JsonException("The answer is null."));
    }

    /// <summary>Asks one's documents, and returns the answer once it is there.</summary>
    /// <exception cref="JobFailedException">No model could answer, after the request was no longer held.</exception>
    /// <exception cref="PipelineException">The same while it was held, and all else that was refused; the problem's name is <c>job-rejected</c>, <c>job-failed</c>, <c>job-ended</c> or <c>context-length-exceeded</c>.</exception>
    public async Task<DocumentAnswer> AskAsync(DocumentQuestion question, CancellationToken cancellationToken)
    {
        // The path takes no idempotency key: what is sent again is asked again.
        var body = DocumentBody.Of(question);
        var answer = _transport.Read(
            await _transport.ReadAsync(() => JsonBody.Post("api/ask", body).WithHold(_options.HoldMax), cancellationToken),
            Read);
        if (answer is not { Answer: null, Job: { } job })
        {
            return answer;
        }

        job = job.IsFinal ? job : await _waitForJob(job.Id, cancellationToken);
        return answer with { Answer = job.ResultOf<CompleteChat, ChatResult>()?.Content ?? throw new JobFailedException(job), Job = job };
    }

    private static DocumentAnswer Read(JsonElement element)
    {
        var answer = element.Deserialize(ClientJson.Default.DocumentAnswer) ?? throw new JsonException("The answer is null.");
        return answer.Job is null ? answer : answer with { Job = Job.Read(element.GetProperty("job")) };
    }

    private Task<Document> SendAsync(HttpMethod method, string path, NewDocument document, CancellationToken cancellationToken)
    {
        var body = DocumentBody.Of(document);
        return SendAsync(() => JsonBody.Send(method, path, body), document.IdempotencyKey, cancellationToken);
    }

    private Task<Document> SendAsync(HttpMethod method, string path, NewFile file, CancellationToken cancellationToken) =>
        SendAsync(() => new(method, path) { Content = DocumentBody.Of(file) }, file.IdempotencyKey, cancellationToken);

    private async Task<Document> SendAsync(Func<HttpRequestMessage> create, string? key, CancellationToken cancellationToken)
    {
        key ??= Guid.CreateVersion7(_options.Time.GetUtcNow()).ToString();
        return _transport.Read(await _transport.ReadAsync(() => create().WithKey(key), cancellationToken), Document.Read);
    }

    private async Task<T> ReadAsync<T>(string path, Func<JsonElement, T> read, CancellationToken cancellationToken) =>
        _transport.Read(await _transport.ReadAsync(() => new(HttpMethod.Get, path), cancellationToken), read);

    /// <summary>Below the root of the server, as all paths here.</summary>
    private static string? Below(string? link) => link?.TrimStart('/');

    private static string Path(Guid id) => $"{Documents}/{id}";

    private static string Path(string key) => $"{Documents}/by-key/{Uri.EscapeDataString(key)}";
}
