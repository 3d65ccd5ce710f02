using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipeline.Client.Wire;
using Pipeline.Contracts;

namespace Pipeline.Client;

/// <summary>Reads the events of one job to its end, over as many connections as that takes: each goes on where the last one broke.</summary>
internal sealed class JobStream(Transport transport, PipelineClientOptions options)
{
    private const string EventStream = "text/event-stream";

    // Set by the first answer; a broken stream is then picked up by the id of the job.
    private Guid? _jobId;
    private string? _lastEventId;

    public async IAsyncEnumerable<JobUpdate> ReadAsync<TJob, TResult>(TJob input, JobOptions submission, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class
    {
        submission = submission.WithKey(options.Time);
        await foreach (var update in ReadAsync(Open<TJob, TResult>(input, submission), cancellationToken))
        {
            yield return update is JobUpdate.Ended ended ? new JobUpdate.Ended(new Job<TResult>(ended.Job, ResultJson.Of<TJob, TResult>())) : update;
        }
    }

    public IAsyncEnumerable<JobUpdate> FollowAsync(Guid id, CancellationToken cancellationToken)
    {
        _jobId = id;
        return ReadAsync(Resume, cancellationToken);
    }

    private async IAsyncEnumerable<JobUpdate> ReadAsync(Func<CancellationToken, Task<HttpResponseMessage>> open, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var budget = new RetryBudget(options);
        while (true)
        {
            using var response = await open(cancellationToken);
            var items = SseParser.Create(await response.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var _ = items;
            while (await TryMoveAsync(items, cancellationToken))
            {
                _lastEventId = items.Current.EventId ?? _lastEventId;
                if (Read(items.Current) is { } update)
                {
                    budget = new(options);
                    yield return update;
                    if (update is JobUpdate.Ended)
                    {
                        yield break;
                    }
                }
            }

            await Task.Delay(budget.Next(new Attempt.Broken(null, "The stream ended before the job did.", null, null)), options.Time, cancellationToken);
            open = Resume;
        }
    }

    /// <summary>Submits and streams in one request where the kind can, else submits first.</summary>
    private Func<CancellationToken, Task<HttpResponseMessage>> Open<TJob, TResult>(TJob input, JobOptions submission)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class
    {
        var (kind, streams) = (TJob.Descriptor, TJob.Descriptor is { IsStreamed: true, Route: not null });
        var body = streams ? JobBody.OfStream<TJob, TResult>(input, submission) : JobBody.Of<TJob, TResult>(input, submission);
        return async cancellationToken =>
        {
            var response = await transport.OpenAsync(() => Post(streams ? $"api{kind.Route}" : Paths.Jobs, body, submission, streams), cancellationToken);
            _jobId = Paths.IdOf(response.Headers.Location) ?? throw new NotPipelineException("The answer names no job; check the URL.", cause: null);
            if (response.Content.Headers.ContentType?.MediaType is EventStream)
            {
                return response;
            }

            response.Dispose();
            return await Resume(cancellationToken);
        };
    }

    private Task<HttpResponseMessage> Resume(CancellationToken cancellationToken) => transport.OpenAsync(
        () =>
        {
            var message = new HttpRequestMessage(HttpMethod.Get, Paths.Job(_jobId!.Value) + "/events");
            if (_lastEventId is not null)
            {
                message.Headers.Add("Last-Event-ID", _lastEventId);
            }

            return message;
        },
        cancellationToken);

    private static HttpRequestMessage Post(string path, byte[] body, JobOptions submission, bool streams)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        message.Headers.Accept.ParseAdd(streams ? EventStream : "application/json");
        return message.WithKey(submission.IdempotencyKey);
    }

    /// <summary>False where the stream ended or broke.</summary>
    private static async ValueTask<bool> TryMoveAsync(IAsyncEnumerator<SseItem<string>> items, CancellationToken cancellationToken)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Null for what this version does not know.</summary>
    private JobUpdate? Read(SseItem<string> item) => transport.Read(item.Data, JobUpdate? (element) => item.EventType switch
    {
        "state" when element.Deserialize(ClientJson.Default.StateEvent) is { } state => new JobUpdate.StateChanged(state.State, state.Attempt, state.JobsAhead),
        "progress" when element.Deserialize(ClientJson.Default.ProgressEvent) is { } progress => new JobUpdate.Progressed(progress.Done),
        "tokens" when element.Deserialize(ClientJson.Default.TokensEvent) is { } tokens => new JobUpdate.TextAdded(tokens.Attempt, tokens.Offset, tokens.Text),
        "end" => new JobUpdate.Ended(Job.Read(element)),
        _ => null,
    });
}
