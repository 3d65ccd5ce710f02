using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Shares;

public sealed class SlowConnectionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_body_that_stops_arriving_is_ended()
    {
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        await using var held = await HeldBody.BeginAsync(host.Address, "/api/emotion", key: null, "application/json", "{");

        (await EndAsync(held)).ShouldContain("408");
    }

    [Fact]
    public async Task A_body_that_arrives_just_fast_enough_is_ended_after_its_time()
    {
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null, ("Api:BodyTimeMax", "00:00:01"));
        await using var held = await HeldBody.BeginAsync(host.Address, "/api/emotion", key: null, "application/json", "{");
        using CancellationTokenSource ended = new();
        var sending = SendAsync(held, ended.Token);

        (await EndAsync(held)).ShouldContain("408");

        await ended.CancelAsync();
        await sending;
    }

    [Fact]
    public async Task An_answer_that_its_client_does_not_take_is_ended()
    {
        // More than fits into the buffers of both sides.
        const int FileBytes = 16 * 1_048_576;
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null, ("Api:RequestsPerClientMax", "1"), ("Api:BytesPerSecondMin", "1000000"));
        using HttpClient http = new() { BaseAddress = host.Address, Timeout = Patience.Limit };
        var path = await UploadAsync(http, FileBytes);
        using TcpClient reader = new() { ReceiveBufferSize = 4_096 };
        await reader.ConnectAsync(host.Address.Host, host.Address.Port, TestContext.Current.CancellationToken);
        await reader.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host.Address.Authority}\r\n\r\n"), TestContext.Current.CancellationToken);

        // It has begun: else one of the requests below could be the one that is allowed, and this one refused.
        var begin = new byte["HTTP/1.1 200".Length];
        await reader.GetStream().ReadExactlyAsync(begin, TestContext.Current.CancellationToken);
        Encoding.ASCII.GetString(begin).ShouldBe("HTTP/1.1 200");

        // While it is under way its client has no other request.
        await Eventually.TrueAsync(async () => await StatusAsync(http) is HttpStatusCode.TooManyRequests);
        await Eventually.TrueAsync(async () => await StatusAsync(http) is HttpStatusCode.OK);

        (await DrainAsync(reader)).ShouldBeLessThan(FileBytes);
    }

    private static async Task<string> UploadAsync(HttpClient http, int bytes)
    {
        using MultipartFormDataContent form = new() { { new StringContent("user_data"), "purpose" }, { new ByteArrayContent(new byte[bytes]), "file", "large.bin" } };
        using var stored = await http.PostAsync(new Uri("/v1/files", UriKind.Relative), form, TestContext.Current.CancellationToken);
        var file = await stored.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return $"/v1/files/{file.GetProperty("id").GetString()}/content";
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http)
    {
        using var answer = await http.GetAsync(new Uri("/v1/files", UriKind.Relative), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    /// <summary>How many bytes were on their way when the server closed the connection.</summary>
    private static async Task<int> DrainAsync(TcpClient reader)
    {
        var (buffer, taken) = (new byte[65_536], 0);
        try
        {
            for (int read; (read = await reader.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken)) > 0;)
            {
                taken += read;
            }
        }
        catch (IOException)
        {
            // Closed without what was left.
        }

        return taken;
    }

    private static async Task SendAsync(HeldBody held, CancellationToken ended)
    {
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        try
        {
            while (await pace.WaitForNextTickAsync(ended))
            {
                await held.SendAsync(new string(' ', 500));
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The server has closed the connection, which is what is waited for.
        }
    }

    /// <summary>What the server says before it closes the connection.</summary>
    private static async Task<string> EndAsync(HeldBody held)
    {
        using var patience = Patience.Begin();
        StringBuilder said = new();
        var buffer = new byte[4_096];
        try
        {
            for (int read; (read = await held.Stream.ReadAsync(buffer, patience.Token)) > 0;)
            {
                said.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // Closed while the client was still sending.
        }

        return said.ToString();
    }
}
