using Pipeline.Api.Events;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Api.Tests.Events;

public sealed class SentUpdatesTests
{
    [Fact]
    public void An_attempt_that_ended_before_it_was_told_begins_before_its_text()
    {
        var sent = new SentUpdates(JobCatalog.Own, default);
        sent.Compare(Waiting()).ToArray().ShouldHaveSingleItem().ShouldBeOfType<JobUpdate.State>().Value.ShouldBe(JobState.Queued);

        var update = sent.Complete(Ended(attempt: 1)).ToArray();

        update.Select(one => one.GetType()).ShouldBe([typeof(JobUpdate.State), typeof(JobUpdate.Text), typeof(JobUpdate.Ended)]);
        update[0].ShouldBe(new JobUpdate.State(JobState.Running, 1, null));
    }

    [Fact]
    public void An_attempt_that_was_told_is_not_told_again()
    {
        var sent = new SentUpdates(JobCatalog.Own, default);
        sent.Compare(Waiting() with { State = JobState.Running, Attempt = 1 }).ToArray().ShouldHaveSingleItem();

        sent.Complete(Ended(attempt: 1)).Select(one => one.GetType()).ToArray().ShouldBe([typeof(JobUpdate.Text), typeof(JobUpdate.Ended)]);
    }

    [Fact]
    public void A_job_that_had_ended_already_is_not_said_to_run() =>
        new SentUpdates(JobCatalog.Own, default).Complete(Ended(attempt: 1)).Select(one => one.GetType()).ToArray().ShouldBe([typeof(JobUpdate.Text), typeof(JobUpdate.Ended)]);

    private static JobSnapshot Waiting() => new()
    {
        State = JobState.Queued, Attempt = 0, TextAttempt = 0, Offset = 0, Text = "", Changed = Task.CompletedTask,
    };

    private static Job Ended(int attempt) => new()
    {
        Id = Guid.CreateVersion7(), ClientId = Guid.Empty, Kind = "chat", Queue = "chat", State = JobState.Succeeded,
        Attempt = attempt, Deaths = 0, CreatedAt = DateTimeOffset.UnixEpoch,
        Result = """{"content":"Seoul.","finish_reason":"stop","model":"chat","usage":{"prompt_tokens":9,"cached_tokens":0,"completion_tokens":2},"timings":{"queued_ms":1,"running_ms":2}}""",
    };
}
