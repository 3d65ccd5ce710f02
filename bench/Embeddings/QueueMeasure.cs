using System.Diagnostics;
using System.Text.Json.Nodes;
using MassTransit;
using Pipeline.Bench.Measuring;
using Pipeline.Inference.Embeddings;

namespace Pipeline.Bench.Embeddings;

/// <summary>
/// Two ways from a queue of texts to the model's passes, texts/s each: MassTransit collects messages and the consumer embeds
/// them together, or every message is consumed at once and the engine packs whatever waits.
/// </summary>
internal sealed class QueueMeasure(EmbeddingEngine engine, string broker, Texts texts, int count)
{
    private const int InFlight = 128; // Of either side; the engine's passes hold far fewer.
    private static readonly TimeSpan _company = TimeSpan.FromMilliseconds(20); // How long a batch waits to be full.

    public List<double> Collected { get; } = [];

    public List<double> Packed { get; } = [];

    public async Task RunAsync(int rounds, CancellationToken cancellationToken)
    {
        await PackedAsync(count / 4, cancellationToken);
        await CollectedAsync(count / 4, cancellationToken);
        for (int round = 0; round < rounds; round++)
        {
            Packed.Add(await PackedAsync(count, cancellationToken));
            Collected.Add(await CollectedAsync(count, cancellationToken));
            await Console.Error.WriteLineAsync(FormattableString.Invariant(
                $"round {round + 1}/{rounds}  each at once {Packed[^1]:F1}  Batch<T> {Collected[^1]:F1} texts/s"));
        }
    }

    public JsonObject ToJson() => new()
    {
        ["each_at_once"] = Math.Round(Median.Of(Packed), 1),
        ["batch"] = Math.Round(Median.Of(Collected), 1),
        ["batch_vs_each"] = Math.Round(Median.Of(Collected.Zip(Packed, (batch, each) => batch / each)), 3),
    };

    private Task<double> PackedAsync(int number, CancellationToken cancellationToken) => MeasureAsync(
        "bench-embed-each", number, (endpoint, done) => endpoint.Consumer(() => new EachConsumer(engine, done)), cancellationToken);

    /// <summary>Two batches at a time: one is collected and acknowledged while the other is in the model.</summary>
    private Task<double> CollectedAsync(int number, CancellationToken cancellationToken) => MeasureAsync(
        "bench-embed-batch",
        number,
        (endpoint, done) => endpoint.Consumer(
            () => new BatchConsumer(engine, done),
            consumer => consumer.Options<BatchOptions>(options => options.SetMessageLimit(InFlight / 2).SetTimeLimit(_company).SetConcurrencyLimit(2))),
        cancellationToken);

    private async Task<double> MeasureAsync(
        string queue, int number, Action<IRabbitMqReceiveEndpointConfigurator, Countdown> consume, CancellationToken cancellationToken)
    {
        Countdown done = new(number);
        IBusControl bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(new Uri(broker));
            rabbit.ReceiveEndpoint(queue, endpoint =>
            {
                endpoint.PrefetchCount = InFlight;
                endpoint.ConcurrentMessageLimit = InFlight;
                consume(endpoint, done);
            });
        });
        await bus.StartAsync(cancellationToken);
        try
        {
            ISendEndpoint to = await bus.GetSendEndpoint(new($"queue:{queue}"));
            long start = Stopwatch.GetTimestamp();
            await Task.WhenAll(texts.Next(number).Select(text => to.Send(new QueuedText(text), cancellationToken)));
            await done.Task.WaitAsync(cancellationToken);
            return number / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        finally
        {
            await bus.StopAsync(CancellationToken.None); // Also where the measure was given up.
        }
    }

    private sealed class EachConsumer(EmbeddingEngine engine, Countdown done) : IConsumer<QueuedText>
    {
        public async Task Consume(ConsumeContext<QueuedText> context)
        {
            await engine.GenerateAsync([context.Message.Text], null, context.CancellationToken);
            done.Signal(1);
        }
    }

    private sealed class BatchConsumer(EmbeddingEngine engine, Countdown done) : IConsumer<Batch<QueuedText>>
    {
        public async Task Consume(ConsumeContext<Batch<QueuedText>> context)
        {
            await engine.GenerateAsync(context.Message.Select(message => message.Message.Text), null, context.CancellationToken);
            done.Signal(context.Message.Length);
        }
    }

    private sealed class Countdown(int number)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = number;

        public Task Task => _reached.Task;

        public void Signal(int count)
        {
            if (Interlocked.Add(ref _left, -count) <= 0)
            {
                _reached.TrySetResult();
            }
        }
    }
}

/// <summary>A message of the measure; MassTransit names queues' exchanges after it.</summary>
public sealed record QueuedText(string Text);
