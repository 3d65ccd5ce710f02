using System.Net.Http.Headers;
using System.Text;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Http;

/// <summary>Ways to hand jobs to a side. Each returns when the side has accepted all of them.</summary>
internal static class Submissions
{
    /// <summary>One request a job, over connections that each wait for their answer.</summary>
    public static async Task OneByOneAsync(int port, ReadOnlyMemory<byte> request, int jobs, CancellationToken cancellationToken)
    {
        int left = jobs;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Sizes.Connections, jobs)).Select(async _ =>
        {
            using KeepAliveConnection connection = await KeepAliveConnection.OpenAsync(port, cancellationToken);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await connection.SendAsync(request, 202, cancellationToken);
            }
        }));
    }

    /// <summary>All jobs in one request, one a line.</summary>
    public static async Task BatchAsync(Uri address, string line, int jobs, CancellationToken cancellationToken, string? key = null)
    {
        byte[] body = Encoding.UTF8.GetBytes(new StringBuilder().Insert(0, line + "\n", jobs).ToString());
        using HttpClient client = new() { Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new("Bearer", key);
        using ByteArrayContent content = new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-ndjson") } };
        using HttpResponseMessage response = await client.PostAsync(address, content, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new BenchException($"{address} answered a batch with {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }
}
