using System.Text;
using System.Text.Json;
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

    /// <summary>Whether it waits for the end of its batches of files, and reads what they left.</summary>
    public bool ReadsFiles { get; init; }

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
        if (submission.Shape is SubmissionShape.File)
        {
            // The same file in each try: a batch of another file is another request.
            var file = await UntilAcceptedAsync(submission, "/v1/files", () => Form(submission), cancellationToken);
            var body = JsonSerializer.Serialize(new { input_file_id = file.Json.GetProperty("id").GetString(), endpoint = "/api/emotion", completion_window = "7d" });
            var batch = await UntilAcceptedAsync(submission, submission.Path, () => new StringContent(body, Encoding.UTF8, "application/json"), cancellationToken);
            log.Accept(submission, batch);
            if (ReadsFiles)
            {
                await new FileReader(http, rig, log, random).ReadAsync(submission, batch.Json.GetProperty("id").GetString()!, cancellationToken);
            }
        }
        else if (random.NextDouble() < TwiceShare)
        {
            await Task.WhenAll(rig.Apis.Select(_ => SendAsync()));
        }
        else
        {
            await SendAsync();
        }

        async Task SendAsync() => log.Accept(submission, await UntilAcceptedAsync(submission, submission.Path, submission.Content, cancellationToken));
    }

    private static MultipartFormDataContent Form(Submission submission) =>
        new() { { new StringContent("batch"), "purpose" }, { new StringContent(submission.Lines()), "file", "lines.jsonl" } };

    private async Task<ApiReply> UntilAcceptedAsync(Submission submission, string path, Func<HttpContent> make, CancellationToken cancellationToken)
    {
        while (true)
        {
            var address = new Uri(random.Of(rig.Apis).Address, path);
            using var content = make();
            var reply = await http.TrySendAsync(address, content, submission.Key, cancellationToken);
            if (reply is { IsAccepted: true })
            {
                return reply;
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
