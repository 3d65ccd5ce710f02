using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Api.Tests.Documents.Files;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Documents;

/// <summary>
/// Over HTTP, what a client sends that wants to hurt the process; <c>bench/run neighbours</c> measures how long others wait beside it.
/// PIPELINE_TEST_HOSTILE_PAGES sends as many pages, such as 10000.
/// </summary>
[Collection(nameof(MemoryCollection))]
public sealed class HostileDocumentsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const int PagesPerFile = 175;
    private const int Connections = 8;
    private const int MemoryMax = 100 * 1_024 * 1_024;

    private static readonly int _pages = int.TryParse(Environment.GetEnvironmentVariable("PIPELINE_TEST_HOSTILE_PAGES"), CultureInfo.InvariantCulture, out var pages) ? pages : 700;

    private static readonly string[] Hostile =
    [
        "<p>" + Repeat(1_500, i => $"<b a{i}>") + Repeat(3_000, _ => "<p>x"),
        Repeat(6_000, _ => "<div>") + "x",
        Repeat(4_000, _ => "<div>") + "x" + Repeat(4_000, _ => "</div>"),
        Repeat(2_000, _ => "<table><tr><td>a<td>b"),
        "<p>" + Repeat(3_000, _ => "<i><u>") + "<button>" + Repeat(3_000, _ => "</p>x"),
        Repeat(3_000, _ => "<!-- - -") + Repeat(3_000, _ => "<a b='"),
        Repeat(2_000, _ => "&CounterClockwise") + Repeat(4_000, i => $"<x{i}>"),
    ];

    [Fact]
    public async Task Hundreds_of_hostile_pages_and_files_take_no_memory_and_refuse_nobody_else()
    {
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null, ("Queues:document:DepthMax", "1000000"));
        await host.AddKeyAsync("admin");
        using var hostile = host.Client(await host.AddKeyAsync("hostile"));
        using var good = host.Client(await host.AddKeyAsync("good"));
        await SendAsync(hostile, Hostile.Length);
        var idle = GC.GetTotalMemory(forceFullCollection: true);
        using CancellationTokenSource over = new();
        var beside = BesideAsync(good, over.Token);

        await SendAsync(hostile, _pages);

        (GC.GetTotalMemory(forceFullCollection: true) - idle).ShouldBeLessThan(MemoryMax);
        await over.CancelAsync();
        (await beside).ShouldBePositive();
    }

    /// <summary>Each is taken or refused for a reason; none fails.</summary>
    private static async Task SendAsync(ApiClient hostile, int count)
    {
        var bomb = MadeOffice.Bomb("word/document.xml", 300_000_000);
        var sent = 0;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            while (Interlocked.Increment(ref sent) is var n && n <= count)
            {
                var page = Hostile[n % Hostile.Length];
                var answer = n % PagesPerFile is 0 ? await hostile.SendAsync(HttpMethod.Post, "/api/documents?filename=a.docx", Body(bomb, "application/octet-stream"))
                    : n % 2 is 0 ? await hostile.SendAsync(HttpMethod.Post, "/api/documents", Body(Encoding.UTF8.GetBytes(page), "text/html"))
                    : await hostile.PostAsync("/api/documents", JsonSerializer.Serialize(new { text = page, format = "html" }));
                answer.Status.ShouldBeOneOf(202, 400, 422, 429);
            }
        }));
    }

    private static async Task<int> BesideAsync(ApiClient good, CancellationToken over)
    {
        var answered = 0;
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        try
        {
            while (await pace.WaitForNextTickAsync(over))
            {
                (await good.PostAsync("/api/emotion", """{"text":"good news"}""")).Status.ShouldBe(202);
                (await good.GetAsync("/api/jobs?limit=5")).Status.ShouldBe(200);
                answered++;
            }
        }
        catch (OperationCanceledException)
        {
            // All was sent.
        }

        return answered;
    }

    private static ByteArrayContent Body(byte[] bytes, string type) => new(bytes) { Headers = { ContentType = new(type) } };

    private static string Repeat(int count, Func<int, string> piece) => string.Concat(Enumerable.Range(0, count).Select(piece));
}
