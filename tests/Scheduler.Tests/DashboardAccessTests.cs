using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Core.Clients;
using Pipeline.Core.Hosting;
using Pipeline.Scheduler.Hangfire;
using Pipeline.TestSupport.Services;

namespace Pipeline.Scheduler.Tests;

public sealed class DashboardAccessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Operators_and_admins_are_admitted_and_clients_are_told_why_not()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        foreach (var role in (Role[])[Role.Admin, Role.Operator, Role.Client])
        {
            var keys = new KeyStore(database.DataSource, Clients(database), TimeProvider.System);
            var key = (await keys.AddAsync(new() { Name = role.Word(), Role = role }, Token)).ShouldBeOfType<KeyReply.Made>().Secret;
            var http = Request(database, Basic("me:" + key));

            (await DashboardAccess.IsAdmittedAsync(http)).ShouldBe(role is not Role.Client);

            http.Response.StatusCode.ShouldBe(role is Role.Client ? 403 : 200);
        }
    }

    [Fact]
    public async Task The_dashboard_answers_each_role_as_the_filter_says()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Postgres:ConnectionString"] = database.ConnectionString, ["Broker:Url"] = "memory" });
        builder.Services.AddRoutingCore().AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.AddPipeline(pipeline => pipeline.AddTaskRunner().AddHangfireSchedules());
        await using var app = builder.Build();
        app.UseRouting();
        app.MapHangfire();
        await app.StartAsync(Token);
        var keys = app.Services.GetRequiredService<KeyStore>();
        using HttpClient http = new() { BaseAddress = new(app.Urls.Single()) };

        foreach (var (role, status) in ((Role, HttpStatusCode)[])[(Role.Admin, HttpStatusCode.OK), (Role.Operator, HttpStatusCode.OK), (Role.Client, HttpStatusCode.Forbidden)])
        {
            var key = (await keys.AddAsync(new() { Name = role.Word(), Role = role }, Token)).ShouldBeOfType<KeyReply.Made>().Secret;
            http.DefaultRequestHeaders.Authorization = new("Bearer", key);
            using var answer = await http.GetAsync(new Uri("/hangfire", UriKind.Relative), Token);
            answer.StatusCode.ShouldBe(status);
        }

        http.DefaultRequestHeaders.Authorization = null;
        using var asked = await http.GetAsync(new Uri("/hangfire", UriKind.Relative), Token);
        (asked.StatusCode, asked.Headers.WwwAuthenticate.Single().Scheme).ShouldBe((HttpStatusCode.Unauthorized, "Basic"));
        await app.StopAsync(Token);
    }

    [Fact]
    public async Task Without_a_right_key_the_browser_is_asked_for_one()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await new KeyStore(database.DataSource, Clients(database), TimeProvider.System).AddAsync(new() { Name = "admin" }, Token);
        foreach (var header in (string?[])[null, Basic("me:pk_wrong")])
        {
            var http = Request(database, header);

            (await DashboardAccess.IsAdmittedAsync(http)).ShouldBeFalse();

            http.Response.Headers.WWWAuthenticate.ToString().ShouldStartWith("Basic");
        }
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("192.168.0.7", false)]
    public async Task Without_keys_this_machine_is_admitted(string remote, bool admitted)
    {
        await using var database = await PostgresDatabase.CreateAsync();
        var http = Request(database, authorization: null);
        http.Connection.RemoteIpAddress = IPAddress.Parse(remote);

        (await DashboardAccess.IsAdmittedAsync(http)).ShouldBe(admitted);
    }

    [Fact]
    public void A_key_is_a_bearer_token_or_the_password_of_whatever_name()
    {
        DashboardAccess.Key("Bearer pk_x").ShouldBe("pk_x");
        DashboardAccess.Key("bearer pk_x").ShouldBe("pk_x");
        DashboardAccess.Key(Basic("me:pk_x")).ShouldBe("pk_x");
        DashboardAccess.Key(Basic(":pk_x")).ShouldBe("pk_x");
        DashboardAccess.Key(Basic("me:pk:x")).ShouldBe("pk:x");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Basic ???")]
    [InlineData("Digest pk_x")]
    public void Anything_else_is_no_key(string? header) => DashboardAccess.Key(header).ShouldBeNull();

    [Fact]
    public void A_name_without_a_password_is_no_key() => DashboardAccess.Key(Basic("pk_x")).ShouldBeNull();

    private static DefaultHttpContext Request(PostgresDatabase database, string? authorization)
    {
        DefaultHttpContext http = new()
        {
            RequestServices = new ServiceCollection().AddSingleton(Clients(database)).BuildServiceProvider(),
            Request = { Host = new("localhost") },
        };
        http.Request.Headers.Authorization = authorization;
        return http;
    }

    // One of its own each time, because it remembers for seconds.
    private static ClientStore Clients(PostgresDatabase database) => new(database.DataSource, TimeProvider.System);

    private static string Basic(string text) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
