using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Relay;

/// <summary>
/// Sends messages of jobs that this process has just accepted, without reading them back. Their rows of the outbox are due a
/// little later; so what is dropped or fails here, or dies with the process, is sent by OutboxRelay.
/// </summary>
public sealed class DirectPublisher(NpgsqlDataSource dataSource, OutboxSender sender, TimeProvider time, ILogger<DirectPublisher> logger)
    : LoopService(time, logger)
{
    // Beyond it the broker is away, or so slow that the outbox does as well.
    private const int CountMax = 4096;

    // By then the rows may be due and in the hands of another process.
    private static readonly TimeSpan AgeMax = OutboxRelay.Grace / 2;

    private readonly Channel<(OutboxMessage Message, long Since)> _messages = Channel.CreateBounded<(OutboxMessage, long)>(
        new BoundedChannelOptions(CountMax) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Takes a message whose row has been committed.</summary>
    internal void Add(OutboxMessage message) => _messages.Writer.TryWrite((message, Time.GetTimestamp()));

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (await _messages.Reader.WaitToReadAsync(stoppingToken))
        {
            if (Take() is { Count: > 0 } messages)
            {
                await PublishAsync(messages, stoppingToken);
                RoundDone();
            }
        }
    }

    protected override bool IsOutage(Exception exception) => OutboxSender.IsOutage(exception);

    private async Task PublishAsync(List<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        var (sent, _, failure) = await sender.SendAsync(messages, cancellationToken);
        if (sent.Length > 0)
        {
            await dataSource.ExecuteAsync(OutboxRelay.Delete, new { Ids = sent }, cancellationToken);
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>What has come meanwhile, as far as it still is this process's to send.</summary>
    private List<OutboxMessage> Take()
    {
        List<OutboxMessage> taken = [];
        while (taken.Count < sender.GroupMax && _messages.Reader.TryRead(out var entry))
        {
            if (Time.GetElapsedTime(entry.Since) < AgeMax)
            {
                taken.Add(entry.Message);
            }
        }

        return taken;
    }
}
