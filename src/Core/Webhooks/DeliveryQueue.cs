using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Pipeline.Core.Webhooks;

/// <summary>Takes deliveries that are due out of Postgres, and writes down what became of them.</summary>
internal sealed class DeliveryQueue(NpgsqlDataSource dataSource, IOptions<WebhookOptions> options)
{
    private const int BatchesMax = 100;

    // How long others are kept away from an overloaded URL, if it does not say.
    private static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseMax = TimeSpan.FromHours(1);

    // For what an attempt does beside waiting for the receiver.
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(15);

    private readonly WebhookOptions _options = options.Value;

    /// <summary>Writes the deliveries of batches that are finished; says of how many.</summary>
    public Task<int> CallBatchesAsync(CancellationToken cancellationToken) =>
        ExecuteAsync(WebhookSql.CallBatches, new { Limit = BatchesMax }, cancellationToken);

    /// <summary>Nobody else makes an attempt at these before the receiver's time is over.</summary>
    /// <param name="busyUrls">Those that get enough from this process already.</param>
    public async Task<IReadOnlyList<DueDelivery>> TakeAsync(int limit, string[] busyUrls, CancellationToken cancellationToken)
    {
        var lease = _options.Timeout + LeaseMargin;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<DueDelivery>(new CommandDefinition(
            WebhookSql.Take, new { Limit = limit, BusyUrls = busyUrls, LeaseSeconds = lease.TotalSeconds }, cancellationToken: cancellationToken))).AsList();
    }

    public async Task SettleAsync(DueDelivery delivery, DeliveryAttempt attempt, CancellationToken cancellationToken)
    {
        // The URL first: if the process dies in between, it is asked again and says the same.
        if (attempt.Verdict is DeliveryVerdict.Gone)
        {
            await ExecuteAsync(WebhookSql.DisableUrl, new { delivery.ClientId, delivery.Url }, cancellationToken);
        }
        else if (attempt.Verdict is DeliveryVerdict.Overloaded)
        {
            var pause = attempt.RetryAfter is { } wish && wish > PauseMin ? wish < PauseMax ? wish : PauseMax : PauseMin;
            await ExecuteAsync(WebhookSql.PauseUrl, new { delivery.ClientId, delivery.Url, PauseSeconds = pause.TotalSeconds }, cancellationToken);
        }

        var failures = delivery.Failures + (attempt.Verdict is DeliveryVerdict.Delivered ? 0 : 1);
        var state = State(attempt.Verdict, failures);
        await ExecuteAsync(
            WebhookSql.Settle,
            new
            {
                delivery.Id,
                delivery.Attempt,
                State = state,
                Failures = failures,
                attempt.Status,
                attempt.Error,
                attempt.Response,
                DelaySeconds = state == DeliveryState.Pending
                    ? RetrySchedule.Delay(failures, attempt.RetryAfter, Random.Shared.NextDouble()).TotalSeconds
                    : 0,
            },
            cancellationToken);
    }

    private string State(DeliveryVerdict verdict, int failures) => verdict switch
    {
        DeliveryVerdict.Delivered => DeliveryState.Delivered,
        DeliveryVerdict.Gone => DeliveryState.Disabled,
        DeliveryVerdict.Refused => DeliveryState.Failed,
        _ => failures < _options.AttemptsMax ? DeliveryState.Pending : DeliveryState.Failed,
    };

    private async Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }
}
