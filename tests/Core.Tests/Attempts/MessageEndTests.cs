using Pipeline.Core.Attempts;

namespace Pipeline.Core.Tests.Attempts;

public sealed class MessageEndTests
{
    private const long DispatchId = 7;

    [Fact]
    public void The_last_job_of_a_message_ends_it()
    {
        MessageEnd end = new(DispatchId, jobs: 3);

        end.JobEnds().ShouldBeNull();
        end.JobEnds().ShouldBeNull();
        end.JobEnds().ShouldBe(DispatchId);
    }

    [Fact]
    public async Task Of_jobs_that_end_at_once_one_ends_the_message()
    {
        const int Jobs = 64;
        MessageEnd end = new(DispatchId, Jobs);
        using Barrier together = new(4);

        var ended = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait(TestContext.Current.CancellationToken);
                return Enumerable.Range(0, Jobs / 4).Count(_ => end.JobEnds() is not null);
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        ended.Sum().ShouldBe(1);
    }

    [Fact]
    public void A_message_that_somebody_else_wrote_has_no_row_to_end() => new MessageEnd(dispatchId: null, jobs: 1).JobEnds().ShouldBeNull();
}
