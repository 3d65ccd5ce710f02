using Pipeline.Core.Batches;

namespace Pipeline.Core.Tests.Batches;

public sealed class BatchMessagesTests
{
    private static readonly DateTimeOffset Soon = new(2026, 12, 1, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Jobs_of_a_queue_share_messages_in_their_order()
    {
        var ids = Ids(5);
        var messages = new BatchMessages(new Dictionary<string, int> { ["emotion-bulk"] = 2 });

        foreach (var id in ids)
        {
            messages.Add(id, Item("emotion-bulk"));
        }

        messages.All.Select(message => (Guid[])[message.JobId, .. message.Others]).ShouldBe([[ids[0], ids[1]], [ids[2], ids[3]], [ids[4]]]);
    }

    [Fact]
    public void A_message_has_one_queue_and_one_deadline_and_stands_where_its_first_job_does()
    {
        var ids = Ids(6);
        var messages = new BatchMessages(new Dictionary<string, int> { ["emotion-bulk"] = 4, ["feedback-bulk"] = 4 });

        messages.Add(ids[0], Item("emotion-bulk"));
        messages.Add(ids[1], Item("feedback-bulk"));
        messages.Add(ids[2], Item("emotion-bulk", Soon));
        messages.Add(ids[3], Item("emotion-bulk"));
        messages.Add(ids[4], Item("feedback-bulk"));
        messages.Add(ids[5], Item("emotion-bulk", Soon));

        messages.All.Select(message => (message.Queue, message.Deadline, message.JobId, message.Others.Single())).ShouldBe(
        [
            ("emotion-bulk", null, ids[0], ids[3]),
            ("feedback-bulk", null, ids[1], ids[4]),
            ("emotion-bulk", Soon, ids[2], ids[5]),
        ]);
    }

    [Fact]
    public void A_message_costs_what_its_jobs_do()
    {
        var ids = Ids(2);
        var messages = new BatchMessages(new Dictionary<string, int> { ["emotion-bulk"] = 2 });

        messages.Add(ids[0], Item("emotion-bulk", input: "12345678"));
        messages.Add(ids[1], Item("emotion-bulk", input: "1234"));

        messages.All.Single().Cost.ShouldBe(1 + 2 + 1 + 1);
    }

    private static Guid[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];

    private static NewBatchItem Item(string queue, DateTimeOffset? deadline = null, string input = "{}") =>
        new() { Kind = "emotion", Queue = queue, InputJson = input, Deadline = deadline };
}
