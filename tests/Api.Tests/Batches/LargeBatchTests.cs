using Pipeline.Api.Batches;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Batches;

[Collection(nameof(MemoryCollection))]
public sealed class LargeBatchTests
{
    private const int Items = 50_000;
    private const int TextLength = 2_000;
    private const long HeapGrowthMax = 32 * 1_024 * 1_024;

    [Fact]
    public async Task Fifty_thousand_items_are_accepted_in_memory_that_does_not_grow_with_them()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null, ("Relay:PollInterval", "00:01:00"));
        using var client = host.Client();
        var text = new string('a', TextLength);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;

        // 100 MB in all; what lives of it is looked at while it is on its way.
        IEnumerable<string> Lines()
        {
            for (var i = 0; i < Items; i++)
            {
                if (i % 10_000 is 9_999)
                {
                    most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
                }

                yield return $$"""{"text":"{{text}}","key":"{{i}}"}""";
            }
        }

        var answer = await client.PostLinesAsync("/api/jobs/batch?kind=emotion", Lines());

        answer.Status.ShouldBe(202, answer.Json.ToString());
        answer.Json.GetProperty("counts").GetProperty("queued").GetInt32().ShouldBe(Items);
        most.ShouldBeLessThan(HeapGrowthMax);
        (await BatchSubmitTests.CountAsync(database, "jobs where batch_id is not null and batch_index = client_key::int")).ShouldBe(Items);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reader_holds_one_item_however_many_there_are(bool asLines)
    {
        var item = """{"text":"quote \" and bracket ] in a string"}"""u8.ToArray();
        using var body = new EndlessItems(item, asLines ? (byte)'\n' : (byte)',', asLines ? null : (byte)'[', 100_000);
        IItemSplitter splitter = asLines ? new LineSplitter() : new ArraySplitter();
        var reader = new ItemReader(body, splitter, itemBytesMax: 1_024 * 1_024, bytesMax: long.MaxValue);

        for (var i = 0; i < 100_000; i++)
        {
            var read = (await reader.ReadAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull();
            read.Span.SequenceEqual(item).ShouldBeTrue();
        }

        reader.BufferBytes.ShouldBeLessThanOrEqualTo(64 * 1_024);
    }
}
