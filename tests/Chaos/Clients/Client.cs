using Pipeline.Chaos.Faults;
using Pipeline.Chaos.Rigs;

namespace Pipeline.Chaos.Clients;

/// <summary>
/// A client as the documentation asks for: it sends an idempotency key, and sends the same again until it is accepted. Now and
/// then it is impatient and sends the same to two servers at once.
/// </summary>
internal sealed class Client(HttpClient http, Rig rig, Workload workload, ClientLog log, Random random)
{
    private const double TwiceShare = 0.1;
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(2);

    /// <param name="duration">Over how long the workload is spread.</param>
    public async Task RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (workload.Next() is { } next)
        {
            await Pause.ForAsync((duration * next.Due) - TimeProvider.System.GetElapsedTime(started), cancellationToken);
            await SubmitAsync(next.Submission, cancellationToken);
        }
    }

    private async Task SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        if (random.NextDouble() < TwiceShare)
        {
            await Task.WhenAll(rig.Apis.Select(_ => UntilAcceptedAsync(submission, cancellationToken)));
        }
        else
        {
            await UntilAcceptedAsync(submission, cancellationToken);
        }
    }

    private async Task UntilAcceptedAsync(Submission submission, CancellationToken cancellationToken)
    {
        while (true)
        {
            var address = new Uri(random.Of(rig.Apis).Address, submission.Path);
            using var content = submission.Content();
            var reply = await http.TrySendAsync(address, content, submission.Key, cancellationToken);
            if (reply is { IsAccepted: true })
            {
                log.Accept(submission, reply);
                return;
            }

            if (reply is { IsPassing: false })
            {
                await ComplainAsync(submission, reply);
            }

            log.Retry();
            var wait = reply?.RetryAfter ?? random.Between(0.05, 0.3);
            await Pause.ForAsync(wait < WaitMax ? wait : WaitMax, cancellationToken);
        }
    }

    private async Task ComplainAsync(Submission submission, ApiReply reply)
    {
        var told = $"{submission.Key} ({submission.Count} jobs to {submission.Path}) was answered {(int)reply.Status}: {reply.Body}";
        if ((int)reply.Status < 500)
        {
            throw new ChaosException(told);
        }

        log.WrongAnswer();
        await rig.Progress.WriteLineAsync(told);
    }
}
