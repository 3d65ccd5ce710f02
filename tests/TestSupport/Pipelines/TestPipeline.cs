using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Core.Clients;
using Pipeline.Core.Hosting;
using Pipeline.Core.Intake;
using Pipeline.Core.Jobs;
using Pipeline.Core.Results;
using Pipeline.TestSupport.Services;

namespace Pipeline.TestSupport.Pipelines;

/// <summary>A real host on real servers, whose emotion jobs a test scripts.</summary>
public sealed class TestPipeline : IAsyncDisposable
{
    private readonly IHost _host;

    private TestPipeline(IHost host, HandlerScript script)
    {
        _host = host;
        Script = script;
    }

    public HandlerScript Script { get; }

    public IServiceProvider Services => _host.Services;

    public JobStore Store => Services.GetRequiredService<JobStore>();

    /// <summary>Settings of a pipeline on a database of its own, with queues of its own.</summary>
    public static Task<Dictionary<string, string?>> SettingsAsync(PostgresDatabase database) => SettingsAsync(database.ConnectionString);

    /// <summary>The same on a database of another server.</summary>
    public static async Task<Dictionary<string, string?>> SettingsAsync(string connectionString) => new()
    {
        ["Postgres:ConnectionString"] = connectionString,
        ["Broker:Url"] = (await TestServices.GetAsync()).Broker,
        ["Broker:QueuePrefix"] = QueuePrefix(),
        ["Relay:PollInterval"] = "00:00:00.050",
        // Tests of one database leave jobs behind that wait for workers of theirs: they take no room from others.
        ["Relay:WindowMin"] = "10000",
        // A worker of a busy machine may give no sign for seconds. Tests of dead workers name workers that never were.
        ["Worker:Lease"] = "00:00:30",
        ["Worker:OwnershipInterval"] = "00:00:00.050",
        ["Worker:RetryDelay"] = "00:00:00.010",
        ["Worker:DrainTimeout"] = "00:00:00.200",
        // Tests check the form of what the model that ships writes.
        ["Kinds:AllowSmallWriter"] = "true",
    };

    /// <summary>For queues that no other test has.</summary>
    public static string QueuePrefix() => $"t{Guid.CreateVersion7():N}"[..24] + ".";

    /// <param name="roles">Null: a pipeline that accepts and does emotion jobs.</param>
    public static async Task<TestPipeline> StartAsync(
        PostgresDatabase database,
        Dictionary<string, string?>? settings = null,
        Action<PipelineBuilder>? roles = null,
        HandlerScript? script = null) => await StartAsync(settings ?? await SettingsAsync(database), roles, script);

    /// <summary>The same on whatever database the settings name.</summary>
    public static async Task<TestPipeline> StartAsync(Dictionary<string, string?> settings, Action<PipelineBuilder>? roles = null, HandlerScript? script = null)
    {
        script ??= new HandlerScript();
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Services.AddSingleton(script);
        builder.AddPipeline(roles ?? (pipeline => pipeline.AddIntake().AddJobHandler<AnalyzeEmotion, EmotionResult, ScriptedHandler>()));
        var host = builder.Build();
        await host.StartAsync();
        return new(host, script);
    }

    public async Task<SubmissionReply> SubmitAsync(Submission submission) =>
        await Services.GetRequiredService<JobIntake>().SubmitAsync(submission, CancellationToken.None);

    /// <summary>Submits one emotion job of the local client and returns its id.</summary>
    public async Task<Guid> SubmitAsync(string text, DateTimeOffset? expiresAt = null) =>
        (await SubmitAsync(OneJob(text, expiresAt)) as SubmissionReply.Accepted
            ?? throw new InvalidOperationException("The job was not accepted.")).JobIds.Single();

    public static Submission OneJob(string text, DateTimeOffset? expiresAt = null, IdempotencyKey? key = null) => new()
    {
        ClientId = Client.LocalId,
        Key = key,
        Jobs =
        [
            new NewJob
            {
                Id = Guid.CreateVersion7(),
                Kind = AnalyzeEmotion.Kind,
                Queue = AnalyzeEmotion.Kind,
                InputJson = System.Text.Json.JsonSerializer.Serialize(new AnalyzeEmotion { Text = text }, AnalyzeEmotion.Json),
                ExpiresAt = expiresAt,
            },
        ],
    };

    /// <summary>The job of the local client once it is final.</summary>
    public Task<Job> FinishAsync(Guid id) => FinishAsync(Client.LocalId, id);

    /// <summary>The job once it is final.</summary>
    public async Task<Job> FinishAsync(Guid clientId, Guid id)
    {
        var job = (await Services.GetRequiredService<JobWaits>().WaitAsync(clientId, [id], Patience.Limit, CancellationToken.None)).Single();
        return JobState.IsFinal(job.State)
            ? job
            : throw new TimeoutException($"Job {id} is still '{job.State}' after {Patience.Limit.TotalSeconds} s (attempt {job.Attempt}, {job.ErrorCode}: {job.Error}).");
    }

    /// <summary>Returns when the handler was called once more.</summary>
    public async Task CalledAsync()
    {
        if (!await Script.Called.WaitAsync(Patience.Limit))
        {
            throw new TimeoutException($"The handler was not called within {Patience.Limit.TotalSeconds} s.");
        }
    }

    public async Task<Job> FindAsync(Guid id) =>
        await Store.FindAsync(Client.LocalId, id, CancellationToken.None) ?? throw new InvalidOperationException($"No job {id}.");

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}
