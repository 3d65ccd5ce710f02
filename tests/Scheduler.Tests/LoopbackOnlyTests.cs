using System.Net;
using Microsoft.AspNetCore.Http;
using Pipeline.Scheduler.Hangfire;

namespace Pipeline.Scheduler.Tests;

public sealed class LoopbackOnlyTests
{
    [Theory]
    [InlineData("127.0.0.1", "localhost:8080", null, true)]
    [InlineData("::1", "[::1]:8080", null, true)]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1", null, true)]
    [InlineData("192.168.0.7", "localhost", null, false)]
    [InlineData("127.0.0.1", "pipeline.example", null, false)]
    [InlineData("127.0.0.1", "", null, false)]
    [InlineData("127.0.0.1", "localhost", "X-Forwarded-For", false)]
    [InlineData("127.0.0.1", "localhost", "Forwarded", false)]
    [InlineData("127.0.0.1", "localhost", "X-Forwarded-Host", false)]
    [InlineData("127.0.0.1", "localhost", "X-Original-For", false)]
    [InlineData("127.0.0.1", "localhost", "CF-Connecting-IP", false)]
    public void Only_a_browser_on_this_machine_that_asked_for_this_machine_sees_the_dashboard(
        string remote, string host, string? header, bool allowed)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(remote);
        http.Request.Host = new(host);
        if (header is not null)
        {
            http.Request.Headers[header] = "203.0.113.9";
        }

        LoopbackOnly.IsLocal(http).ShouldBe(allowed);
    }

    [Fact]
    public void Request_without_an_address_is_refused() =>
        LoopbackOnly.IsLocal(new DefaultHttpContext { Request = { Host = new("localhost") } }).ShouldBeFalse();
}
