using RabbitMQ.Client;

namespace Pipeline.Bench.RabbitMq.Raw;

/// <summary>
/// Publishes with confirms and counts them itself. The client's own tracking costs a task a message; the broker confirms
/// hundreds with one frame. One publisher at a time.
/// </summary>
internal sealed class ConfirmedPublisher : IDisposable
{
    private const int Window = 1_024; // Messages on their way at once.
    private static readonly BasicProperties _persistent = new() { Persistent = true, ContentType = "application/json" };
    private readonly IChannel _channel;
    private readonly string _queue;
    private readonly SemaphoreSlim _window = new(Window);
    private readonly Lock _lock = new();
    private readonly HashSet<ulong> _early = []; // Confirmed before one that was published earlier.
    private ulong _confirmed;

    public ConfirmedPublisher(IChannel channel, string queue)
    {
        (_channel, _queue) = (channel, queue);
        channel.BasicAcksAsync += (_, confirm) =>
        {
            _window.Release(Confirm(confirm.DeliveryTag, confirm.Multiple));
            return Task.CompletedTask;
        };
        channel.BasicNacksAsync += (_, confirm) =>
        {
            Environment.FailFast($"The broker refused message {confirm.DeliveryTag}.");
            return Task.CompletedTask;
        };
    }

    public async Task PublishAsync(ReadOnlyMemory<byte> body)
    {
        await _window.WaitAsync();
        await _channel.BasicPublishAsync("", _queue, mandatory: false, _persistent, body);
    }

    /// <summary>Returns when everything is confirmed.</summary>
    public async Task FlushAsync()
    {
        for (int i = 0; i < Window; i++)
        {
            await _window.WaitAsync();
        }

        _window.Release(Window);
    }

    public void Dispose() => _window.Dispose();

    /// <summary>How many messages this confirms that were not before.</summary>
    private int Confirm(ulong tag, bool multiple)
    {
        lock (_lock)
        {
            if (!multiple && tag != _confirmed + 1)
            {
                _early.Add(tag);
                return 1;
            }

            int known = _early.RemoveWhere(early => early <= tag);
            int news = (int)(tag - _confirmed) - known;
            _confirmed = tag;
            while (_early.Remove(_confirmed + 1))
            {
                _confirmed++;
            }

            return news;
        }
    }
}
