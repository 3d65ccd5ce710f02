using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Batches;
using Pipeline.Core.Clients;
using Pipeline.Core.Intake;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Batches;

public sealed class BatchStoreTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Every_result_of_a_batch_is_read_once_while_workers_write_them()
    {
        const int Items = 2_000;
        await using var pipeline = await TestPipeline.StartAsync(database);
        var id = await SubmitAsync(pipeline, Items);

        var read = new List<int>();
        var cursor = BatchCursor.Start;
        await Eventually.TrueAsync(async () =>
        {
            var page = (await Store(pipeline).ReadAsync(Client.LocalId, id, cursor, 50, CancellationToken.None)).ShouldNotBeNull();
            read.AddRange(page.Results.Select(result => result.Index));
            cursor = page.Results is [.., var last] ? last.Cursor : cursor;
            return page.IsComplete;
        });

        read.Order().ShouldBe(Enumerable.Range(0, Items));
    }

    [Fact]
    public async Task A_result_is_not_shown_before_one_that_an_earlier_transaction_still_writes()
    {
        await using var pipeline = await TestPipeline.StartAsync(database, roles: roles => roles.AddIntake());
        var id = await SubmitAsync(pipeline, 3);
        await using var slow = await database.DataSource.OpenConnectionAsync();
        await using var fast = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await slow.BeginTransactionAsync();
        await slow.ExecuteAsync(Finish(0), new { id });
        await fast.ExecuteAsync(Finish(1), new { id });

        var before = await Store(pipeline).ReadAsync(Client.LocalId, id, BatchCursor.Start, 10, CancellationToken.None);
        await transaction.CommitAsync();

        // Tests of other databases write on the same server.
        var after = before;
        await Eventually.TrueAsync(async () =>
        {
            after = await Store(pipeline).ReadAsync(Client.LocalId, id, BatchCursor.Start, 10, CancellationToken.None);
            return after!.Results.Count == 2;
        });

        before!.Results.ShouldBeEmpty();
        after!.Results.Select(result => result.Index).ShouldBe([0, 1]);
    }

    [Fact]
    public async Task Canceling_half_way_ends_waiting_and_running_jobs_and_no_other()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Queues:emotion-bulk:Prefetch"] = "8";
        await using var pipeline = await TestPipeline.StartAsync(database, settings);
        var calls = 0;
        pipeline.Script.Run = (job, context, cancellationToken) => Interlocked.Increment(ref calls) is 1
            ? Task.FromResult(HandlerScript.Neutral)
            : HandlerScript.UntilCanceled(job, context, cancellationToken);
        var id = await SubmitAsync(pipeline, 5_000);
        await Eventually.TrueAsync(async () => (await Store(pipeline).FindAsync(Client.LocalId, id, CancellationToken.None))!.Succeeded == 1);

        var canceled = (await Store(pipeline).CancelAsync(Client.LocalId, id, CancellationToken.None)).ShouldNotBeNull();

        (canceled.Succeeded, canceled.Canceled, canceled.Left).ShouldBe((1, 4_999, 0));

        // The worker is free again, and runs nothing that was canceled.
        pipeline.Script.Run = (_, _, _) => Task.FromResult(HandlerScript.Neutral);
        await pipeline.FinishAsync(await pipeline.SubmitAsync("text"));
        pipeline.Script.Calls.Count.ShouldBeLessThanOrEqualTo(1 + 8 + 1);
    }

    [Fact]
    public async Task Requests_that_race_with_one_key_make_one_batch()
    {
        await using var own = await PostgresDatabase.CreateAsync();
        await using var pipeline = await TestPipeline.StartAsync(own, roles: roles => roles.AddIntake());
        var key = new IdempotencyKey("race", [1]);

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => pipeline.Services.GetRequiredService<BatchIntake>().SubmitAsync(New(10, key), CancellationToken.None)));

        var accepted = replies.Cast<BatchReply.Accepted>().ToArray();
        accepted.Count(reply => !reply.Replayed).ShouldBe(1);
        accepted.Select(reply => reply.Id).Distinct().ShouldHaveSingleItem();
        await using var connection = await own.DataSource.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<int>("select count(*)::int from jobs")).ShouldBe(10);
    }

    private static string Finish(int index) =>
        $"update jobs set state = 'failed', finished_at = now(), finished_xid = pg_current_xact_id() where batch_id = @id and batch_index = {index}";

    private static BatchStore Store(TestPipeline pipeline) => pipeline.Services.GetRequiredService<BatchStore>();

    private static NewBatch New(int count, IdempotencyKey? key = null) => new()
    {
        Id = Guid.CreateVersion7(),
        ClientId = Client.LocalId,
        Queues = new Dictionary<string, int> { ["emotion-bulk"] = count },
        Key = key,
        Items = () => Enumerable.Range(0, count).Select(i => new NewBatchItem
        {
            Kind = AnalyzeEmotion.Kind,
            Queue = "emotion-bulk",
            InputJson = JsonSerializer.Serialize(new AnalyzeEmotion { Text = $"text {i}" }, AnalyzeEmotion.Json),
        }),
    };

    private static async Task<Guid> SubmitAsync(TestPipeline pipeline, int count) =>
        (await pipeline.Services.GetRequiredService<BatchIntake>().SubmitAsync(New(count), CancellationToken.None))
            .ShouldBeOfType<BatchReply.Accepted>().Id;
}
