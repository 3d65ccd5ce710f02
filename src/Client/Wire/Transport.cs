using System.Net;
using System.Text.Json;

namespace Pipeline.Client.Wire;

/// <summary>Sends requests until they are answered, as often as the options allow.</summary>
internal sealed class Transport(HttpClient http, PipelineClientOptions options)
{
    // Set once, read by every request: after the first answer a refused connection is a restart worth waiting for,
    // before it perhaps a server that was not started.
    private volatile bool _answered;

    private string Address => http.BaseAddress?.ToString() ?? "the server";

    /// <summary>The answer as text.</summary>
    public Task<string> ReadAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken) => SendAsync(
        create,
        HttpCompletionOption.ResponseContentRead,
        async response =>
        {
            using var _ = response;
            return await response.Content.ReadAsStringAsync(cancellationToken);
        },
        cancellationToken);

    /// <summary>The answer before its body, which the caller reads and disposes.</summary>
    public Task<HttpResponseMessage> OpenAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken) =>
        SendAsync(create, HttpCompletionOption.ResponseHeadersRead, Task.FromResult, cancellationToken);

    /// <exception cref="NotPipelineException">The answer has another form.</exception>
    public T Read<T>(string json, Func<JsonElement, T> read)
    {
        try
        {
            return read(JsonElement.Parse(json));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new NotPipelineException($"The server at {Address} is not a Pipeline API ({exception.Message}); check the URL.", exception);
        }
    }

    private async Task<T> SendAsync<T>(
        Func<HttpRequestMessage> create, HttpCompletionOption completion, Func<HttpResponseMessage, Task<T>> read, CancellationToken cancellationToken)
    {
        var budget = new RetryBudget(options);
        while (true)
        {
            var (attempt, answer) = await TryAsync(create, completion, read, cancellationToken);
            if (attempt is null)
            {
                return answer!;
            }

            await Task.Delay(budget.Next(attempt), options.Time, cancellationToken);
        }
    }

    private async Task<(Attempt? Failed, T? Answer)> TryAsync<T>(
        Func<HttpRequestMessage> create, HttpCompletionOption completion, Func<HttpResponseMessage, Task<T>> read, CancellationToken cancellationToken)
    {
        // Outside: a file that cannot be opened is no connection that broke.
        using var message = create();
        try
        {
            if (options.ApiKey is { } key)
            {
                message.Headers.Authorization = new("Bearer", key);
            }

            var response = await http.SendAsync(message, completion, cancellationToken);
            _answered = true;
            return response.IsSuccessStatusCode ? (null, await read(response)) : (await JudgeAsync(response, cancellationToken), default);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return _answered || !options.FailsUnlessAnswered
                ? (new Attempt.Broken(null, $"The connection to {Address} broke: {exception.Message}.", null, null), default)
                : throw new PipelineUnreachableException(http.BaseAddress, exception);
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (new Attempt.Broken(null, $"{Address} did not answer within {http.Timeout.TotalSeconds:0} s.", null, null), default);
        }
    }

    private async Task<Attempt> JudgeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var _ = response;
        var problem = PipelineProblem.Read(response.Content.Headers.ContentType, await response.Content.ReadAsStringAsync(cancellationToken));
        var reason = problem?.Describe() ?? $"The server answered {(int)response.StatusCode} {response.StatusCode}.";
        return response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => new Attempt.Busy(response.Headers.RetryDelay(options.Time), reason, problem, response.StatusCode),

            // 503 for a model that cannot write lasts until an operator changes a setting.
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout when problem?.Name is not "model-cannot-write" =>
                new Attempt.Broken(response.Headers.RetryDelay(options.Time), reason, problem, response.StatusCode),
            _ => throw new PipelineException(reason) { Problem = problem, Status = response.StatusCode },
        };
    }
}
