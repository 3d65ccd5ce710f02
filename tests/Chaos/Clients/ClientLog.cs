using System.Collections.Concurrent;

namespace Pipeline.Chaos.Clients;

/// <summary>What clients were told. Kept by the harness alone, so that it can be held against the database.</summary>
internal sealed class ClientLog
{
    private readonly ConcurrentDictionary<int, Receipt> _receipts = new();
    private readonly ConcurrentQueue<string> _contradictions = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _accepted;
    private int _retries;
    private int _wrongAnswers;

    /// <summary>Jobs whose submission was answered 2xx.</summary>
    public int Accepted => _accepted;

    /// <summary>Ends once something was accepted.</summary>
    public Task FirstAccepted => _first.Task;

    /// <summary>Requests that were sent again because there was no answer, or none but that it is not possible now.</summary>
    public int Retries => _retries;

    /// <summary>5xx other than 503.</summary>
    public int WrongAnswers => _wrongAnswers;

    public IEnumerable<Receipt> Receipts => _receipts.Values.OrderBy(receipt => receipt.Submission.First);

    /// <summary>Keys that were answered with different jobs.</summary>
    public IReadOnlyCollection<string> Contradictions => _contradictions;

    /// <summary>What is wrong with files as their clients read them.</summary>
    public ConcurrentQueue<string> WrongFiles { get; } = new();

    public void Retry() => Interlocked.Increment(ref _retries);

    public void WrongAnswer() => Interlocked.Increment(ref _wrongAnswers);

    public void Accept(Submission submission, ApiReply reply)
    {
        var receipt = Receipt.Of(submission, reply.Json);
        if (_receipts.TryAdd(submission.First, receipt))
        {
            Interlocked.Add(ref _accepted, submission.Count);
            _first.TrySetResult();
        }
        else if (!_receipts[submission.First].IsSameAs(receipt))
        {
            _contradictions.Enqueue($"{submission.Key} was answered with different jobs");
        }
    }

    /// <summary>One line a submission: its key, and the id of its batch or those of its jobs.</summary>
    public Task WriteAsync(string path) => File.WriteAllLinesAsync(
        path, Receipts.Select(receipt => $"{receipt.Submission.Key} {receipt.BatchId?.ToString() ?? string.Join(' ', receipt.JobIds)}"), CancellationToken.None);
}
