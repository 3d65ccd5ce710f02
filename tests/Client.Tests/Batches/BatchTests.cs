using Pipeline.Contracts;

namespace Pipeline.Client.Tests.Batches;

public sealed class BatchTests(PipelineServer server)
{
    private const int Items = 1_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_item_of_a_source_has_one_result_under_its_key()
    {
        var batch = await server.Client.Batches.SubmitAsync(Texts(Items), BatchOptions.Default, Cancellation);

        HashSet<string> keys = [];
        await foreach (var result in server.Client.Batches.ReadResultsAsync(batch, Cancellation))
        {
            keys.Add(result.Key!).ShouldBeTrue(result.Key);
            result.ResultOf<AnalyzeEmotion, EmotionResult>().ShouldNotBeNull().Language.ShouldBe("en");
        }

        (batch.Items, keys.Count).ShouldBe((Items, Items));
        var finished = await server.Client.Batches.GetAsync(batch.Id, Cancellation);
        (finished.IsFinished, finished.Counts!["succeeded"], finished.Progress).ShouldBe((true, Items, 1));
    }

    [Fact]
    public async Task Reading_goes_on_after_a_cursor()
    {
        var batch = await server.Client.Batches.SubmitAsync(Texts(20), BatchOptions.Default, Cancellation);
        List<BatchResult> all = [];
        await foreach (var result in server.Client.Batches.ReadResultsAsync(batch, Cancellation))
        {
            all.Add(result);
        }

        List<int> rest = [];
        await foreach (var result in server.Client.Batches.ReadResultsAsync(batch.Id, all[14].Cursor, Cancellation))
        {
            rest.Add(result.Index);
        }

        rest.ShouldBe(all.Skip(15).Select(result => result.Index));
    }

    [Fact]
    public async Task A_file_of_inputs_is_a_batch_of_one_kind()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(path, ["""{"text":"I got the job!","key":"a"}""", """{"text":"오늘은 정말 힘든 하루였어.","key":"b"}"""], Cancellation);
            var options = new BatchOptions { CancelAfter = TimeSpan.FromMinutes(10), Deadline = TimeProvider.System.GetUtcNow().AddHours(1) };

            (await server.Client.Batches.SubmitFileAsync(path, AnalyzeEmotion.Kind, options, Cancellation)).Items.ShouldBe(2);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task One_bad_item_refuses_the_batch_and_is_named()
    {
        var refused = await Should.ThrowAsync<PipelineException>(() => server.Client.Batches.SubmitAsync(BadAsync(), BatchOptions.Default, Cancellation));

        refused.Problem!.Errors!.Keys.ShouldContain("items[1].input.text");

        static async IAsyncEnumerable<BatchItem> BadAsync()
        {
            yield return BatchItem.Of(new AnalyzeEmotion { Text = "good" }, null);
            await Task.Yield();
            yield return BatchItem.Of(new AnalyzeEmotion { Text = "" }, null);
        }
    }

    [Fact]
    public async Task A_batch_of_several_kinds_can_be_canceled()
    {
        var batch = await server.Client.Batches.SubmitAsync(MixedAsync(), BatchOptions.Default, Cancellation);

        await server.Client.Batches.CancelAsync(batch.Id, Cancellation);

        var ended = 0;
        await foreach (var result in server.Client.Batches.ReadResultsAsync(batch, Cancellation))
        {
            JobState.IsFinal(result.State).ShouldBeTrue();
            ended++;
        }

        ended.ShouldBe(2);

        static async IAsyncEnumerable<BatchItem> MixedAsync()
        {
            yield return BatchItem.Of(new AnalyzeEmotion { Text = "one" }, "emotion");
            await Task.Yield();
            yield return BatchItem.Of(new InterviewReport { Items = [.. Enumerable.Range(0, 500).Select(number => new Exchange($"What is {number}?", "A number."))] }, "report");
        }
    }

    private static IAsyncEnumerable<BatchItem> Texts(int count) => Enumerable.Range(0, count)
        .Select(index => BatchItem.Of(new AnalyzeEmotion { Text = $"I got job number {index}, what a day!" }, $"review-{index}"))
        .ToAsyncEnumerable();
}
