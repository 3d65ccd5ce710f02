using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Pipeline.Client.Wire;

namespace Pipeline.Client;

/// <summary>Many jobs in one request, and their results as they come. Memory stays constant, however many there are.</summary>
public sealed class BatchClient
{
    private const string Lines = "application/x-ndjson";

    // Keeps us from spinning where a proxy strips the Prefer header and every answer comes at once.
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(200);

    private readonly Transport _transport;
    private readonly PipelineClientOptions _options;

    internal BatchClient(Transport transport, PipelineClientOptions options) => (_transport, _options) = (transport, options);

    /// <summary>Submits items as one batch: all of them are accepted, or none. They are read once, whatever happens to the connection.</summary>
    public async Task<Batch> SubmitAsync(IAsyncEnumerable<BatchItem> items, BatchOptions options, CancellationToken cancellationToken)
    {
        await using var spool = await BatchSpool.WriteAsync(items, cancellationToken);
        return await SubmitAsync(spool.Content, kind: null, options, cancellationToken);
    }

    /// <summary>Submits a file of one input a line, all of one kind.</summary>
    public Task<Batch> SubmitFileAsync(string path, string kind, BatchOptions options, CancellationToken cancellationToken) =>
        SubmitAsync(() => new StreamContent(File.OpenRead(path)), kind, options, cancellationToken);

    public async Task<Batch> GetAsync(Guid id, CancellationToken cancellationToken) =>
        _transport.Read(await _transport.ReadAsync(() => new(HttpMethod.Get, Paths.Batch(id)), cancellationToken), Batch.Read);

    /// <summary>Cancels its unfinished jobs.</summary>
    public async Task<Batch> CancelAsync(Guid id, CancellationToken cancellationToken) =>
        _transport.Read(await _transport.ReadAsync(() => new(HttpMethod.Delete, Paths.Batch(id)), cancellationToken), Batch.Read);

    /// <summary>Its results in the order in which jobs become final, until each had one. A broken connection is taken up where it broke.</summary>
    public IAsyncEnumerable<BatchResult> ReadResultsAsync(Batch batch, CancellationToken cancellationToken) =>
        ReadResultsAsync(batch.Id, batch.Items, after: null, cancellationToken);

    /// <summary>Those after the cursor of an earlier result, until the batch is finished.</summary>
    public IAsyncEnumerable<BatchResult> ReadResultsAsync(Guid id, string after, CancellationToken cancellationToken) =>
        ReadResultsAsync(id, items: null, after, cancellationToken);

    private async IAsyncEnumerable<BatchResult> ReadResultsAsync(Guid id, int? items, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A job that is retried has a second result: only items that are new count.
        var seen = items is { } count ? new HashSet<int>(count) : null;
        var wasFinished = false;
        while (true)
        {
            var any = false;
            await foreach (var result in ReadResultsOnceAsync(id, after, _options.HoldMax, cancellationToken))
            {
                any = true;
                after = result.Cursor;
                seen?.Add(result.Index);
                yield return result;
                if (seen is not null && seen.Count == items)
                {
                    yield break;
                }
            }

            if (any)
            {
                continue;
            }

            if (wasFinished)
            {
                yield break; // Nothing came after it was finished, so nothing will.
            }

            wasFinished = (await GetAsync(id, cancellationToken)).IsFinished;
            if (!wasFinished)
            {
                await Task.Delay(PollPause, _options.Time, cancellationToken);
            }
        }
    }

    /// <summary>Those that are there, and those that come within so long; fewer where the connection breaks.</summary>
    /// <param name="after">The cursor of the last result that was read; null for the first ones.</param>
    public async IAsyncEnumerable<BatchResult> ReadResultsOnceAsync(Guid id, string? after, TimeSpan hold, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = after is null ? "" : $"?after={Uri.EscapeDataString(after)}";
        using var response = await _transport.OpenAsync(
            () => new HttpRequestMessage(HttpMethod.Get, $"{Paths.Batch(id)}/results{query}").WithHold(hold), cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await TryReadLineAsync(reader, cancellationToken) is { } line)
        {
            yield return _transport.Read(line, BatchResult.Read);
        }
    }

    /// <summary>Null at the end, and where the connection broke: a line that came in part is asked for again.</summary>
    private static async ValueTask<string?> TryReadLineAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<Batch> SubmitAsync(Func<HttpContent> content, string? kind, BatchOptions options, CancellationToken cancellationToken)
    {
        var key = options.IdempotencyKey ?? Guid.CreateVersion7(_options.Time.GetUtcNow()).ToString();
        var answer = await _transport.ReadAsync(
            () =>
            {
                var message = new HttpRequestMessage(HttpMethod.Post, $"{Paths.Jobs}/batch{options.Query(kind)}") { Content = content() };
                message.Content.Headers.ContentType = new MediaTypeHeaderValue(Lines);
                if (options.CancelAfter is { } after)
                {
                    message.Headers.Add("Cancel-After", Math.Ceiling(after.TotalSeconds).ToString(CultureInfo.InvariantCulture));
                }

                return message.WithKey(key);
            },
            cancellationToken);
        return _transport.Read(answer, Batch.Read);
    }
}
