using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;

namespace Pipeline.Core.Attempts;

/// <summary>The kinds that this process can do. Written while the host is configured, read afterwards.</summary>
public sealed class JobHandlers
{
    private readonly Dictionary<string, Invoke> _handlers = [];
    private readonly List<string> _queues = [];

    internal delegate Task<JobOutcome> Invoke(IServiceProvider services, string inputJson, JobContext context, CancellationToken cancellationToken);

    /// <summary>The queues that these kinds travel in.</summary>
    public IReadOnlyList<string> Queues => _queues;

    /// <summary>Does a job that nobody queued: no attempt is recorded, and its result is only returned.</summary>
    /// <param name="services">Of the host that the handlers were added to.</param>
    /// <param name="inputJson">As it would be stored.</param>
    /// <exception cref="ArgumentException">This process does not do the kind.</exception>
    public Task<JobOutcome> DoAsync(IServiceProvider services, string kind, string inputJson, JobContext context, CancellationToken cancellationToken) =>
        Find(kind) is { } invoke ? invoke(services, inputJson, context, cancellationToken) : throw new ArgumentException($"This process does no jobs of kind {kind}.", nameof(kind));

    internal void Add<TJob, TResult>()
        where TJob : class, IJob<TJob, TResult>
        where TResult : class
    {
        _queues.AddRange(TJob.Descriptor.Queues);
        _handlers.Add(TJob.Kind, static (services, inputJson, context, cancellationToken) =>
        {
            var job = Read(inputJson, TJob.Json);
            return services.GetRequiredService<IJobHandler<TJob, TResult>>().HandleAsync(job, context with { Model = (job as IModelChoice)?.Model }, cancellationToken);
        });
    }

    internal Invoke? Find(string kind) => _handlers.GetValueOrDefault(kind);

    private static TJob Read<TJob>(string inputJson, JsonTypeInfo<TJob> json)
    {
        try
        {
            return JsonSerializer.Deserialize(inputJson, json)!;
        }
        catch (JsonException e)
        {
            throw new UnreadableInputException(e);
        }
    }
}

/// <summary>The API took an input that this process cannot read: it is of another version.</summary>
internal sealed class UnreadableInputException(JsonException cause) : Exception(cause.Message, cause);
