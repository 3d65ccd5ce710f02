using System.Globalization;
using System.Text.Json;

namespace Pipeline.Bench.Jobs.Sides;

/// <summary>A producer and a worker of bench/peers/rabbitmq-dotnet: RabbitMQ.Client alone, or plain MassTransit.</summary>
internal sealed class RabbitMqPeer : ISide
{
    private readonly ChildProcess _producer;
    private readonly ChildProcess _worker;
    private long _next = 1;

    private RabbitMqPeer(ChildProcess producer, ChildProcess worker, Results results, string version) =>
        (_producer, _worker, Results, Version) = (producer, worker, results, version);

    public string Version { get; }

    public Results Results { get; }

    /// <param name="name">raw or masstransit.</param>
    public static async Task<RabbitMqPeer> StartAsync(Stage stage, string name, CancellationToken cancellationToken)
    {
        Results results = await Results.CreateAsync(stage, name, cancellationToken);
        Dictionary<string, string> environment = new() { ["DATABASE"] = stage.Servers.Database(name), ["BROKER_URL"] = stage.Servers.Broker };
        string program = stage.Program("bench/peers/rabbitmq-dotnet", "Bench.RabbitMq");
        ChildProcess worker = Start("worker");
        ChildProcess producer = Start("producer");
        try
        {
            await worker.ReadAsync(cancellationToken);
            return new(producer, worker, results, await producer.ReadAsync(cancellationToken));
        }
        catch
        {
            await producer.DisposeAsync();
            await worker.DisposeAsync();
            throw;
        }

        ChildProcess Start(string role) => ChildProcess.Start(
            stage, $"{name}-{role}", Path.GetDirectoryName(program)!, talks: true, environment, "dotnet", program, name, role);
    }

    public Task SubmitAsync(int jobs, CancellationToken cancellationToken) => AskAsync("burst", jobs, cancellationToken);

    public async Task<IReadOnlyList<double>> OneByOneAsync(int jobs, CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize<double[]>(await AskAsync("one-by-one", jobs, cancellationToken))!;

    public async ValueTask DisposeAsync()
    {
        await Results.DisposeAsync();
        await _producer.DisposeAsync();
        await _worker.DisposeAsync();
    }

    private async Task<string> AskAsync(string command, int jobs, CancellationToken cancellationToken)
    {
        long first = _next;
        _next += jobs;
        return await _producer.AskAsync(string.Create(CultureInfo.InvariantCulture, $"{command} {first} {jobs}"), cancellationToken);
    }
}
