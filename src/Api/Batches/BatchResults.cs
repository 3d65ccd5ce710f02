using System.Text.Json;
using Pipeline.Core.Batches;

namespace Pipeline.Api.Batches;

/// <summary>
/// Answers with the results so far, one a line, and with those that follow for as long as the client waits. A page is read
/// whole before it is sent: a slow reader holds no connection to the database.
/// </summary>
/// <param name="wait">How long to go on while the batch runs; null for what is there.</param>
internal sealed class BatchResults(
    BatchStore store, IHostApplicationLifetime lifetime, TimeProvider time, Guid clientId, Guid batchId, BatchPage first, BatchCursor after, TimeSpan? wait)
    : IResult
{
    public const int PageLength = 100;

    private static readonly byte[] NewLine = [(byte)'\n'];

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = BatchFormats.LinesType;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, lifetime.ApplicationStopping);
        PageWait pages = new(wait, time, ended.Token);
        var cursor = after;
        for (BatchPage? page = first; page is not null; page = await store.ReadAsync(clientId, batchId, cursor, PageLength, httpContext.RequestAborted))
        {
            foreach (var result in page.Results)
            {
                cursor = result.Cursor;
                await JsonSerializer.SerializeAsync(
                    response.Body, BatchResultResource.Of(result), ApiJson.Wire.BatchResultResource, httpContext.RequestAborted);
                await response.Body.WriteAsync(NewLine, httpContext.RequestAborted);
            }

            await response.Body.FlushAsync(httpContext.RequestAborted);
            var isCaughtUp = page.Results.Count < PageLength;
            if (page.IsComplete || (isCaughtUp && !await pages.PauseAsync()))
            {
                return;
            }
        }
    }
}
