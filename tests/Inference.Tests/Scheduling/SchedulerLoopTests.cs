using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Inference.Scheduling;

namespace Pipeline.Inference.Tests.Scheduling;

public sealed class SchedulerLoopTests
{
    [Fact]
    public async Task A_loop_without_work_rests_once_until_something_arrives()
    {
        using SubmissionQueue<object> submissions = new(queueMax: 4);
        using CountingScheduler scheduler = new(submissions);
        await using SchedulerLoop<object, object> loop = new(scheduler, submissions, NullLogger.Instance);

        await scheduler.RestedAsync();
        await submissions.AddAsync(new(), RequestPriority.Interactive, TestContext.Current.CancellationToken);
        await scheduler.RestedAsync();

        scheduler.Log.ShouldBe(["idle", "rest", "work", "idle", "rest"]);
    }

    private sealed class CountingScheduler(SubmissionQueue<object> submissions) : IScheduler<object>, IDisposable
    {
        private readonly SemaphoreSlim _rested = new(0);

        public object State { get; } = new();

        /// <summary>What the loop called, in order.</summary>
        public List<string> Log { get; } = [];

        public bool Tick(CancellationToken stopping)
        {
            bool works = submissions.TryTake(RequestPriority.Interactive) is not null;
            Log.Add(works ? "work" : "idle");
            return works;
        }

        public void Rest()
        {
            Log.Add("rest");
            _rested.Release();
        }

        public Task RestedAsync() => _rested.WaitAsync(TestContext.Current.CancellationToken);

        public void FailAll(Exception exception)
        {
        }

        public void Dispose() => _rested.Dispose();
    }
}
