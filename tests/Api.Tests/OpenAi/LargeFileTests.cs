using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.OpenAi;

[Collection(nameof(MemoryCollection))]
public sealed class LargeFileTests
{
    private const long HeapGrowthMax = 32 * 1_024 * 1_024;

    [Fact]
    public async Task Two_hundred_megabytes_pass_in_memory_that_does_not_grow_with_them()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        using var client = host.Client();
        var line = new string('a', 4_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;

        IEnumerable<string> Lines()
        {
            for (var i = 0; i < 50_000; i++)
            {
                if (i % 10_000 is 9_999)
                {
                    most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
                }

                yield return line;
            }
        }

        using var form = new MultipartFormDataContent { { new StringContent("batch"), "purpose" }, { new LinesContent(Lines()), "file", "large.jsonl" } };
        var file = await client.SendAsync(HttpMethod.Post, "/v1/files", form);

        file.Status.ShouldBe(200, file.Text);
        file.Json.GetProperty("bytes").GetInt64().ShouldBe(50_000L * 4_001);
        most.ShouldBeLessThan(HeapGrowthMax);
    }
}
