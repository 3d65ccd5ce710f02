using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Cli.Wire;

/// <summary>The part of the HTTP API that the commands use. Safe for concurrent use.</summary>
internal sealed class PipelineClient(HttpClient http, Server server, TimeProvider time)
{
    private const string EmotionPath = "api/emotion";

    // Set once, read by every request: after the first answer a refused connection is a restart worth waiting for,
    // before it a pipeline that was not started.
    private volatile bool _answered;

    public Server Server => server;

    /// <summary>Submits, and holds up to so long for the jobs to finish. Tried again without doubling anything.</summary>
    public async Task<IReadOnlyList<JobDocument>> SubmitAsync(EmotionRequest request, TimeSpan hold, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, WireJson.Default.EmotionRequest);
        // One key for every try: if the connection broke after the commit, the pipeline answers with the same jobs.
        var key = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        return Read(await SendAsync(
            () =>
            {
                var message = new HttpRequestMessage(HttpMethod.Post, EmotionPath) { Content = new ByteArrayContent(body) };
                message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                message.Headers.Add("Idempotency-Key", key);
                return Hold(message, hold);
            },
            cancellationToken));
    }

    /// <summary>The job as it is when it is final, or after so long.</summary>
    public async Task<JobDocument> GetAsync(Guid id, TimeSpan hold, CancellationToken cancellationToken) =>
        Read(await SendAsync(() => Hold(new HttpRequestMessage(HttpMethod.Get, server.JobUrl(id)), hold), cancellationToken))[0];

    /// <summary>The kinds that the server knows.</summary>
    public async Task<IReadOnlyList<KindDescription>> KindsAsync(CancellationToken cancellationToken)
    {
        var body = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, "api/kinds"), cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(body, KindJson.Default.KindList)?.Kinds ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException exception)
        {
            throw Stranger(exception);
        }
    }

    /// <summary>Submits a file of one input a line as one batch; it is never in memory as a whole. Tried again without doubling anything.</summary>
    public Task<BatchReply> SubmitFileAsync(string path, string kind, CancellationToken cancellationToken) =>
        SubmitLinesAsync($"?kind={kind}", () => new StreamContent(Open(path)), cancellationToken);

    /// <summary>Submits lines of <c>{"kind","input","key"}</c> as one batch. Tried again without doubling anything.</summary>
    public Task<BatchReply> SubmitItemsAsync(string lines, CancellationToken cancellationToken) =>
        SubmitLinesAsync("", () => new StringContent(lines, Encoding.UTF8), cancellationToken);

    private async Task<BatchReply> SubmitLinesAsync(string query, Func<HttpContent> content, CancellationToken cancellationToken)
    {
        var key = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        var body = await SendAsync(
            () =>
            {
                var message = new HttpRequestMessage(HttpMethod.Post, $"api/jobs/batch{query}") { Content = content() };
                message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
                message.Headers.Add("Idempotency-Key", key);
                return message;
            },
            cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(body, WireJson.Default.BatchReply) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException exception)
        {
            throw Stranger(exception);
        }
    }

    /// <summary>The lines of results behind the cursor, those of so long together.</summary>
    /// <param name="after">The cursor of the last line; "" for the first ones.</param>
    public Task<string> ResultsAsync(Guid batchId, string after, TimeSpan hold, CancellationToken cancellationToken) =>
        SendAsync(() => Hold(new HttpRequestMessage(HttpMethod.Get, $"{server.BatchUrl(batchId)}/results?after={after}"), hold), cancellationToken);

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException($"{path} does not exist; give a file of lines {{\"text\":\"…\"}}.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read: {exception.Message}");
        }
    }

    private static HttpRequestMessage Hold(HttpRequestMessage message, TimeSpan hold)
    {
        message.Headers.Add("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={Math.Ceiling(hold.TotalSeconds)}"));
        return message;
    }

    private IReadOnlyList<JobDocument> Read(string body)
    {
        try
        {
            return JobDocument.ReadAll(body);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Stranger(exception);
        }
    }

    private CommandException Stranger(Exception exception) =>
        new($"The server at {server.Url} is not a Pipeline API ({exception.Message}); check the URL.");

    private async Task<string> SendAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        var budget = new RetryBudget();
        while (true)
        {
            var attempt = await TryAsync(create, cancellationToken);
            if (attempt is Attempt.Answered { Body: var body })
            {
                return body;
            }

            await Task.Delay(budget.Next(attempt), time, cancellationToken);
        }
    }

    private async Task<Attempt> TryAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        try
        {
            using var message = create();
            using var response = await http.SendAsync(message, cancellationToken);
            _answered = true;
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            return Judge(response, body);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return _answered
                ? new Attempt.Broken(null, $"The connection to {server.Url} broke: {exception.Message}.")
                : throw new CommandException($"No pipeline answers at {server.Url}; start it with ./run, or pass its address with --url.");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Attempt.Broken(null, $"{server.Url} did not answer within {http.Timeout.TotalSeconds:0} s.");
        }
    }

    private Attempt Judge(HttpResponseMessage response, string body)
    {
        if (response.IsSuccessStatusCode)
        {
            return new Attempt.Answered(body);
        }

        var reason = ProblemReply.Describe(response.StatusCode, response.Content.Headers.ContentType, body);
        return response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => new Attempt.Busy(RetryAfter(response), reason),
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout =>
                new Attempt.Broken(RetryAfter(response), reason),
            _ => throw new CommandException(reason),
        };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };
}
