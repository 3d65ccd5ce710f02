using Pipeline.Api.Batches;
using Pipeline.Core.Batches;
using Pipeline.Core.FileBatches;

namespace Pipeline.Api.OpenAi.Batches;

/// <summary>
/// Answers with the lines that have ended so far, and with those that follow for as long as the client waits. A page is read whole before it is
/// sent: a slow reader holds no connection to the database.
/// </summary>
/// <param name="wait">How long to go on while the batch runs; null for what is there.</param>
internal sealed class LineOutput(
    FileBatchStore store, IHostApplicationLifetime lifetime, TimeProvider time, FileBatch batch, BatchCursor after, TimeSpan? wait) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, aborted) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = BatchFormats.LinesType;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        PageWait pages = new(wait, time, ended.Token);
        var answers = new LineAnswers(batch);
        var cursor = after;
        while (await store.ReadAsync(batch.ClientId, batch.Id, cursor, LineFiles.PageLength, aborted) is { } page)
        {
            foreach (var error in page.Errors)
            {
                await response.Body.WriteAsync(answers.Of(error, withCursor: true), aborted);
                cursor = error.Cursor;
            }

            foreach (var line in page.Lines)
            {
                await response.Body.WriteAsync(answers.Of(line, withCursor: true), aborted);
                cursor = line.Cursor;
            }

            await response.Body.FlushAsync(aborted);
            var isCaughtUp = page.Count < LineFiles.PageLength;
            if (page.IsComplete || (isCaughtUp && !await pages.PauseAsync()))
            {
                return;
            }
        }
    }
}
