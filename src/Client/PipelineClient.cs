using System.Text.Json;
using Pipeline.Client.Webhooks;
using Pipeline.Client.Wire;
using Pipeline.Contracts;

namespace Pipeline.Client;

/// <summary>
/// Submits jobs to a Pipeline server and gets their results. Every submission has an idempotency key, so that it is tried again
/// without doubling anything. Safe for concurrent use.
/// </summary>
public sealed class PipelineClient : IDisposable
{
    /// <summary>Longest a single request may take, in which the server may hold it.</summary>
    private static readonly TimeSpan RequestMax = TimeSpan.FromSeconds(100);

    // Keeps us from spinning where a proxy strips the Prefer header and every answer comes at once.
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(200);

    private readonly PipelineClientOptions _options;
    private readonly Transport _transport;
    private readonly HttpClient? _owned;

    /// <param name="http">With the root of the server as its base address. It stays the caller's.</param>
    public PipelineClient(HttpClient http, PipelineClientOptions options)
    {
        _options = options;
        _transport = new(http, options);
        Batches = new(_transport, options);
        Documents = new(_transport, options, WaitAsync);
        Webhooks = new(_transport);
    }

    /// <param name="address">The root of the server, such as <c>http://127.0.0.1:8080</c>.</param>
    public PipelineClient(Uri address, PipelineClientOptions options)
        : this(Connect(address), options, isOwned: true)
    {
    }

    private PipelineClient(HttpClient http, PipelineClientOptions options, bool isOwned)
        : this(http, options) => _owned = isOwned ? http : null;

    public BatchClient Batches { get; }

    public DocumentClient Documents { get; }

    public WebhookClient Webhooks { get; }

    /// <summary>Submits a job and returns once it is durable.</summary>
    public Task<Job<TResult>> SubmitAsync<TJob, TResult>(IJob<TJob, TResult> input, JobOptions options, CancellationToken cancellationToken)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class =>
        SubmitAsync(input, options, hold: null, cancellationToken);

    /// <summary>Submits a job and returns its result.</summary>
    /// <exception cref="JobFailedException">It ended without one.</exception>
    public async Task<TResult> RunAsync<TJob, TResult>(IJob<TJob, TResult> input, JobOptions options, CancellationToken cancellationToken)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class
    {
        var job = await SubmitAsync(input, options, _options.HoldMax, cancellationToken);
        return (await WaitAsync(job, cancellationToken)).GetResult();
    }

    /// <summary>Submits emotion jobs that are accepted all together or not at all, and holds up to so long for them to finish.</summary>
    /// <param name="texts">At least one, at most Api:TextsMax (256).</param>
    /// <returns>In the order of the texts.</returns>
    public async Task<IReadOnlyList<Job<EmotionResult>>> SubmitTextsAsync(
        IReadOnlyList<string> texts, JobOptions options, TimeSpan hold, CancellationToken cancellationToken)
    {
        var body = JobBody.OfTexts(texts, options);
        options = options.WithKey(_options.Time);
        var answer = await _transport.ReadAsync(() => Post("api/emotion", body, options, hold), cancellationToken);
        return _transport.Read<IReadOnlyList<Job<EmotionResult>>>(
            answer, element => element.TryGetProperty("jobs", out var jobs) ? [.. jobs.EnumerateArray().Select(Typed)] : [Typed(element)]);

        Job<EmotionResult> Typed(JsonElement job) => new(Job.Read(job), ResultJson.Of<AnalyzeEmotion, EmotionResult>());
    }

    /// <summary>The job when it is final, or as it is after so long.</summary>
    /// <param name="hold">Zero for at once.</param>
    public async Task<Job> GetAsync(Guid id, TimeSpan hold, CancellationToken cancellationToken) => _transport.Read(
        await _transport.ReadAsync(() => new HttpRequestMessage(HttpMethod.Get, Paths.Job(id)).WithHold(hold > TimeSpan.Zero ? hold : null), cancellationToken),
        Job.Read);

    /// <summary>The same of a job of that kind.</summary>
    public async Task<Job<TResult>> GetAsync<TJob, TResult>(Guid id, TimeSpan hold, CancellationToken cancellationToken)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class =>
        new(await GetAsync(id, hold, cancellationToken), ResultJson.Of<TJob, TResult>());

    /// <summary>The job once it is final, however long that takes: bound it with the token.</summary>
    public async Task<Job> WaitAsync(Guid id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var job = await GetAsync(id, _options.HoldMax, cancellationToken);
            if (job.IsFinal)
            {
                return job;
            }

            await Task.Delay(PollPause, _options.Time, cancellationToken);
        }
    }

    /// <summary>The same job once it is final.</summary>
    public async Task<Job<TResult>> WaitAsync<TResult>(Job<TResult> job, CancellationToken cancellationToken)
        where TResult : class =>
        job.IsFinal ? job : job.With(await WaitAsync(job.Id, cancellationToken));

    /// <summary>Cancels a queued or running job; one that is final refuses.</summary>
    public async Task<Job> CancelAsync(Guid id, CancellationToken cancellationToken) =>
        _transport.Read(await _transport.ReadAsync(() => new(HttpMethod.Delete, Paths.Job(id) + "?erase=false"), cancellationToken), Job.Read);

    /// <summary>Deletes a job, in whatever state it is, with everything that was made of it.</summary>
    public async Task EraseAsync(Guid id, CancellationToken cancellationToken) =>
        await _transport.ReadAsync(() => new(HttpMethod.Delete, Paths.Job(id) + "?erase=true"), cancellationToken);

    /// <summary>Starts a failed, canceled or expired job again.</summary>
    public async Task<Job> RetryAsync(Guid id, CancellationToken cancellationToken) =>
        _transport.Read(await _transport.ReadAsync(() => new(HttpMethod.Post, Paths.Job(id) + "/retry"), cancellationToken), Job.Read);

    /// <summary>Submits a job and follows it: its text as it is written, for kinds that stream, and last of all the job.</summary>
    public IAsyncEnumerable<JobUpdate> StreamAsync<TJob, TResult>(IJob<TJob, TResult> input, JobOptions options, CancellationToken cancellationToken)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class =>
        new JobStream(_transport, _options).ReadAsync<TJob, TResult>((TJob)input, options, cancellationToken);

    /// <summary>Follows a job from where it is now.</summary>
    public IAsyncEnumerable<JobUpdate> FollowAsync(Guid id, CancellationToken cancellationToken) =>
        new JobStream(_transport, _options).FollowAsync(id, cancellationToken);

    /// <summary>The kinds that the server knows.</summary>
    public async Task<IReadOnlyList<KindDescription>> ListKindsAsync(CancellationToken cancellationToken)
    {
        var answer = await _transport.ReadAsync(() => new(HttpMethod.Get, "api/kinds"), cancellationToken);
        return _transport.Read(answer, element => element.Deserialize(ClientJson.Default.KindList)?.Kinds ?? throw new JsonException("The answer is null."));
    }

    public void Dispose() => _owned?.Dispose();

    private async Task<Job<TResult>> SubmitAsync<TJob, TResult>(IJob<TJob, TResult> input, JobOptions options, TimeSpan? hold, CancellationToken cancellationToken)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class
    {
        var body = JobBody.Of<TJob, TResult>((TJob)input, options);
        options = options.WithKey(_options.Time);
        var answer = await _transport.ReadAsync(() => Post("api/jobs", body, options, hold), cancellationToken);
        return new(_transport.Read(answer, Job.Read), ResultJson.Of<TJob, TResult>());
    }

    private static HttpRequestMessage Post(string path, byte[] body, JobOptions options, TimeSpan? hold) =>
        JsonBody.Post(path, body).WithKey(options.IdempotencyKey).WithHold(hold);

    private static HttpClient Connect(Uri address) =>
        new() { BaseAddress = new(address.AbsoluteUri.TrimEnd('/') + "/"), Timeout = RequestMax };
}
