using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Pipeline.Api.Tests.Fuzzing;

/// <summary>Sends odd requests, many at a time, and keeps what no client should see: a 5xx, an answer that does not come, an error without a reason, an inside.</summary>
internal sealed class FuzzRun(Uri address, IReadOnlyList<string?> keys)
{
    private const int AtOnce = 16;
    private const int FaultsMax = 40;
    private const int IdsMax = 200;
    private const int ReadMax = 64 * 1_024;

    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(30);

    // Streams end when their job does; what they send first is enough.
    private static readonly TimeSpan StreamMax = TimeSpan.FromMilliseconds(200);

    private static readonly string[] Insides = ["Npgsql", "System.", "   at ", "Pipeline.Core", "Pipeline.Api", "SQLSTATE", "Exception"];

    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _ids = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentDictionary<int, int> _statuses = new();
    private readonly Lock _lock = new();
    private TimeSpan _slowest;

    /// <param name="only">The number of the only request to send, which is told whole; null: all of them.</param>
    public async Task<FuzzReport> RunAsync(int seed, int requests, int? only, CancellationToken cancellationToken)
    {
        using SocketsHttpHandler handler = new() { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) };
        using HttpClient http = new(handler) { BaseAddress = address, Timeout = AnswerMax };
        using var document = JsonDocument.Parse(await http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), cancellationToken));
        RequestFuzzer fuzzer = new(seed, address, isWhole: only is not null, FuzzedOperation.Read(document.RootElement), keys, FindId);
        await Parallel.ForEachAsync(
            only is { } number ? [number] : Enumerable.Range(0, requests), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (next, ct) => await TryAsync(http, fuzzer, next, ct));
        return new(requests, seed, new SortedDictionary<int, int>(_statuses), _slowest, [.. _faults]);
    }

    private async Task TryAsync(HttpClient http, RequestFuzzer fuzzer, int number, CancellationToken cancellationToken)
    {
        var (request, description) = fuzzer.Make(number);
        using (request)
        {
            var sent = Stopwatch.GetTimestamp();
            try
            {
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                _statuses.AddOrUpdate((int)response.StatusCode, 1, (_, count) => count + 1);
                Check(response, await ReadAsync(response, cancellationToken), request, description);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // Whoever sends a body that is refused may find the connection closed before all of it is sent, or what HttpClient cannot send.
                if (e is TaskCanceledException || e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError })
                {
                    Fault($"no answer ({e.Message}): {description}");
                }
            }

            var took = Stopwatch.GetElapsedTime(sent);
            lock (_lock)
            {
                _slowest = took > _slowest ? took : _slowest;
            }
        }
    }

    private void Check(HttpResponseMessage response, string text, HttpRequestMessage request, string description)
    {
        var status = (int)response.StatusCode;

        // Other requests pause queues and clients: then nobody answers in time, which the server says as it is documented.
        var isHeld = status is 504 && (text.Contains("\"not_finished\"", StringComparison.Ordinal) || text.Contains("urn:pipeline:problem:not-finished\"", StringComparison.Ordinal));
        if (status >= 500 && !isHeld)
        {
            Fault($"{status} {text}: {description}");
        }
        else if (status is >= 400 and < 500 && request.Method != HttpMethod.Options && !IsReasoned(request, response, text))
        {
            Fault($"{status} without a reason '{text}': {description}");
        }
        else if (status >= 400 && Insides.FirstOrDefault(inside => text.Contains(inside, StringComparison.Ordinal)) is { } found && !description.Contains(found, StringComparison.Ordinal))
        {
            Fault($"{status} tells '{found}' in {text}: {description}");
        }
        else if (status is >= 200 and < 300)
        {
            Learn(request.RequestUri!.AbsolutePath, text);
        }
    }

    /// <summary>
    /// That a method or path does not exist needs no more words; and the server itself refuses a NUL in a path, and one that is longer than
    /// it reads, before anybody could say why.
    /// </summary>
    private static bool IsReasoned(HttpRequestMessage request, HttpResponseMessage response, string text) =>
        response.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotFound or HttpStatusCode.RequestUriTooLong
        || request.RequestUri!.AbsolutePath.Contains("%00", StringComparison.Ordinal)
        || (response.Content.Headers.ContentType?.MediaType is "application/problem+json" or "application/json"
            && (text.Contains("\"detail\":\"", StringComparison.Ordinal) || text.Contains("\"message\":\"", StringComparison.Ordinal)));

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isStream = response.Content.Headers.ContentType?.MediaType is "text/event-stream" or "application/x-ndjson";
        patience.CancelAfter(isStream ? StreamMax : AnswerMax);
        var buffer = new byte[ReadMax];
        var length = 0;
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
            int read;
            while (length < buffer.Length && (read = await body.ReadAsync(buffer.AsMemory(length), patience.Token)) > 0)
            {
                length += read;
            }
        }
        catch (OperationCanceledException) when (isStream && !cancellationToken.IsCancellationRequested)
        {
            // It goes on.
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private void Learn(string path, string text)
    {
        const string Mark = "\"id\":\"";
        var at = text.IndexOf(Mark, StringComparison.Ordinal);
        if (at >= 0 && text.IndexOf('"', at + Mark.Length) is var end and >= 0)
        {
            var ids = _ids.GetOrAdd(path is "/api/jobs/batch" ? "/api/batches" : path, _ => new());
            ids.Enqueue(text[(at + Mark.Length)..end]);
            if (ids.Count > IdsMax)
            {
                ids.TryDequeue(out _);
            }
        }
    }

    private string? FindId(string path, Random random)
    {
        var lists = _ids.Where(entry => entry.Key == path || random.Next(30) is 0).Select(entry => entry.Value).ToArray();
        return lists is [] ? null : lists[random.Next(lists.Length)].ElementAtOrDefault(random.Next(20));
    }

    private void Fault(string text)
    {
        if (_faults.Count < FaultsMax)
        {
            _faults.Enqueue(text);
        }
    }
}

/// <param name="Statuses">How many requests were answered with each.</param>
/// <param name="Faults">The first of them.</param>
internal sealed record FuzzReport(int Requests, int Seed, IReadOnlyDictionary<int, int> Statuses, TimeSpan Slowest, IReadOnlyList<string> Faults);
