using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Broker;
using Pipeline.Core.Clients;
using Pipeline.Core.Intake;
using Pipeline.Core.Queues;
using Pipeline.Core.Relay;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;
using RabbitMQ.Client;

namespace Pipeline.Core.Tests.Relay;

public sealed class SharedMessageTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Bulk = "emotion-bulk";

    [Fact]
    public async Task Jobs_that_are_accepted_together_share_messages_and_a_few_do_not()
    {
        await using var own = await PostgresDatabase.CreateAsync();
        var settings = await TestPipeline.SettingsAsync(own);
        await using var accepting = await TestPipeline.StartAsync(own, settings, roles => roles.AddIntake());
        var bulk = await SubmitAsync(accepting, Bulk, 100);
        var interactive = await SubmitAsync(accepting, "emotion", 3);
        await Eventually.TrueAsync(async () => await CountAsync(accepting, Bulk) == 7 && await CountAsync(accepting, "emotion") == 3);

        var messages = await TakeAsync(settings, Bulk);
        messages.Count.ShouldBe(7);
        bulk.ShouldAllBe(id => messages.Count(message => message.Contains(id.ToString(), StringComparison.Ordinal)) == 1);
        (await TakeAsync(settings, "emotion")).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Each_job_of_a_message_ends_on_its_own()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        pipeline.Script.Run = (job, context, _) => job.Text switch
        {
            "text 1" => Task.FromResult<JobOutcome>(new JobOutcome.Rejected("no")),
            "text 2" when context.Attempt < 3 => throw new InvalidOperationException("not yet"),
            _ => Task.FromResult(HandlerScript.Neutral),
        };

        var ids = await SubmitAsync(pipeline, Bulk, 5);
        var jobs = await Task.WhenAll(ids.Select(pipeline.FinishAsync));

        jobs.Select(job => (job.State, job.Attempt)).ShouldBe(
            [(JobState.Succeeded, 1), (JobState.Failed, 1), (JobState.Succeeded, 3), (JobState.Succeeded, 1), (JobState.Succeeded, 1)]);
    }

    [Fact]
    public async Task A_message_that_comes_again_does_what_is_left_of_it()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        var done = await SubmitAsync(pipeline, Bulk, 3);
        await Task.WhenAll(done.Select(pipeline.FinishAsync));
        var waiting = await SubmitAsync(pipeline, Bulk, 1);

        await pipeline.Services.GetRequiredService<QueueSender>().SendAsync(Bulk, new JobReady(done[0]) { Others = [.. done[1..], .. waiting] }, CancellationToken.None);
        await Task.WhenAll(waiting.Select(pipeline.FinishAsync));

        pipeline.Script.Calls.Select(call => call.JobId).ShouldBe([.. done, .. waiting], ignoreOrder: true);
    }

    [Fact]
    public async Task A_message_with_more_jobs_than_the_worker_may_run_runs_no_more_than_that()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings[$"Queues:{Bulk}:Prefetch"] = "2";
        await using var pipeline = await TestPipeline.StartAsync(database, settings);
        var (running, most) = (0, 0);
        pipeline.Script.Run = async (_, _, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return HandlerScript.Neutral;
        };

        var ids = await SubmitAsync(pipeline, Bulk, 16);
        await Task.WhenAll(ids.Select(pipeline.FinishAsync));

        most.ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task A_worker_that_stops_gives_back_what_it_ran_and_leaves_the_rest_of_the_message_to_another()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings[$"Queues:{Bulk}:Prefetch"] = "1";
        var first = await TestPipeline.StartAsync(database, settings);
        first.Script.Run = HandlerScript.UntilCanceled;
        var ids = await SubmitAsync(first, Bulk, 10);
        await first.CalledAsync();

        await first.DisposeAsync();
        first.Script.Calls.Count.ShouldBe(1);
        await using var second = await TestPipeline.StartAsync(database, settings);
        var jobs = await Task.WhenAll(ids.Select(second.FinishAsync));

        jobs.ShouldAllBe(job => job.State == JobState.Succeeded && job.Deaths == 0);
        jobs.Select(job => job.Attempt).Order().ShouldBe([1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 7)]
    [InlineData(8, 4)]
    [InlineData(64, 16)]
    public void What_is_accepted_together_makes_at_least_four_messages_as_far_as_it_can(int jobs, int messages) =>
        SharedMessages.Number([.. Enumerable.Repeat(Of("emotion", Client.LocalId), jobs)], _ => new QueueOptions()).Distinct().Count().ShouldBe(messages);

    [Fact]
    public void Jobs_of_different_queues_or_clients_never_share_a_message()
    {
        var other = Guid.CreateVersion7();
        SharedMessages.MessageGroup[] jobs =
        [
            .. Enumerable.Repeat(Of("emotion", Client.LocalId), 8),
            .. Enumerable.Repeat(Of(Bulk, Client.LocalId), 8),
            .. Enumerable.Repeat(Of(Bulk, other), 8),
        ];

        var numbers = SharedMessages.Number(jobs, _ => new QueueOptions());

        jobs.Zip(numbers).GroupBy(job => job).Select(message => message.Count()).ShouldBe([2, 2, 2, 2, 4, 4, 4, 4]);
    }

    [Fact]
    public void A_message_has_one_deadline_and_no_more_jobs_than_a_quarter_of_what_its_client_may_have_in_flight()
    {
        var deadline = DateTimeOffset.UnixEpoch;
        SharedMessages.MessageGroup[] jobs =
        [
            .. Enumerable.Repeat(Of(Bulk, Client.LocalId), 32),
            .. Enumerable.Repeat(Of(Bulk, Client.LocalId) with { Deadline = deadline }, 4),
            .. Enumerable.Repeat(Of(Bulk, Guid.CreateVersion7()) with { JobsInFlight = 8 }, 4),
        ];

        var numbers = SharedMessages.Number(jobs, _ => new QueueOptions());

        jobs.Zip(numbers).GroupBy(job => job).Select(message => message.Count()).ShouldBe([4, 4, 4, 4, 4, 4, 4, 4, 4, 2, 2]);
    }

    private static SharedMessages.MessageGroup Of(string queue, Guid client) => new(queue, client, Deadline: null, JobsInFlight: null);

    private static async Task<Guid[]> SubmitAsync(TestPipeline pipeline, string queue, int count)
    {
        NewJob[] jobs = [.. Enumerable.Range(0, count).Select(i => TestPipeline.OneJob($"text {i}").Jobs[0] with { Queue = queue })];
        await pipeline.SubmitAsync(new Submission { ClientId = Client.LocalId, Jobs = jobs });
        return [.. jobs.Select(job => job.Id)];
    }

    private static async Task<List<string>> TakeAsync(Dictionary<string, string?> settings, string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(settings["Broker:Url"]!) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var messages = new List<string>();
        while (await channel.BasicGetAsync(settings["Broker:QueuePrefix"] + queue, autoAck: true) is { } message)
        {
            messages.Add(Encoding.UTF8.GetString(message.Body.Span));
        }

        return messages;
    }

    private static Task<int> CountAsync(TestPipeline pipeline, string queue) =>
        pipeline.Services.GetRequiredService<BrokerQueues>().CountMessagesAsync(queue, CancellationToken.None);
}
