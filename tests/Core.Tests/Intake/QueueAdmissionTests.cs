using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Intake;
using Pipeline.Core.Queues;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Core.Tests.Intake;

public sealed class QueueAdmissionTests
{
    private readonly QueueAdmission _admission = new(JobCatalog.Own, new ServiceCollection()
        .Configure<QueueOptions>("emotion", _ => { })
        .AddSingleton<IOptionsFactory<QueueOptions>>(new TwoAtMost())
        .AddOptions()
        .BuildServiceProvider()
        .GetRequiredService<IOptionsMonitor<QueueOptions>>(), new KnownWriters([]));

    private static IReadOnlyList<NewJob> Job => TestPipeline.OneJob("text").Jobs;

    [Fact]
    public void A_sample_that_missed_a_commit_in_flight_does_not_forget_the_job()
    {
        _admission.TryEnter(Job).ShouldBeNull();

        _admission.BeginSample();
        _admission.EndSample([Sample(depth: 0)]);

        _admission.TryEnter(Job).ShouldBeNull();
        _admission.TryEnter(Job).ShouldBeOfType<SubmissionReply.QueueFull>().Depth.ShouldBe(2);
    }

    [Fact]
    public void What_is_let_in_while_a_sample_is_read_is_counted_on_top_of_it()
    {
        _admission.BeginSample();
        _admission.TryEnter(Job).ShouldBeNull();
        _admission.EndSample([Sample(depth: 1)]);

        _admission.TryEnter(Job).ShouldNotBeNull();
    }

    [Fact]
    public void Settled_jobs_are_the_samples_to_count()
    {
        var job = Job;
        _admission.TryEnter(job).ShouldBeNull();
        _admission.Settle(job);

        _admission.BeginSample();
        _admission.EndSample([Sample(depth: 0)]);

        _admission.TryEnter(Job).ShouldBeNull();
        _admission.TryEnter(Job).ShouldBeNull();
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(6_000, 1)]
    [InlineData(6, 10)]
    public void The_time_to_retry_follows_the_rate_at_which_the_queue_drains(int finishedPerMinute, int seconds)
    {
        _admission.BeginSample();
        _admission.EndSample([Sample(depth: 2, finishedPerMinute)]);

        _admission.TryEnter(Job).ShouldBeOfType<SubmissionReply.QueueFull>().RetryAfter.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    private static QueueStatus Sample(int depth, int finishedPerMinute = 0) => new()
    {
        Queue = "emotion",
        IsPaused = false,
        AcceptedPerMinute = 0,
        Depth = depth,
        DepthMax = 2,
        Running = 0,
        Dispatched = 0,
        Slots = 0,
        ClientsWaiting = 0,
        OldestSeconds = null,
        FinishedPerMinute = finishedPerMinute,
        Workers = 1,
    };

    private sealed class TwoAtMost : IOptionsFactory<QueueOptions>
    {
        public QueueOptions Create(string name) => new() { DepthMax = 2 };
    }
}
