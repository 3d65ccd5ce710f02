using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Core.Broker;
using Pipeline.Core.Hosting;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Broker;

public sealed class BrokerStartTests : IDisposable
{
    private readonly RecordedLog _log = new();
    private readonly LoggerFactory _loggers;
    private readonly OutageLog _outages = new(TimeProvider.System, NullLogger<OutageLog>.Instance);

    public BrokerStartTests() => _loggers = new([_log]);

    public void Dispose()
    {
        _outages.Dispose();
        _loggers.Dispose();
    }

    [Theory]
    [InlineData("/nope", "nope")]
    [InlineData("/%2Fnope%20more", "/nope more")]
    public async Task A_virtual_host_that_is_not_there_ends_the_start_with_its_name(string path, string name)
    {
        var url = new UriBuilder((await TestServices.GetAsync()).Broker) { Path = path };

        var refused = await Should.ThrowAsync<StartupException>(() => StartAsync(url.Uri.AbsoluteUri));

        refused.Message.ShouldBe(
            $"RabbitMQ at {url.Host}:{url.Port} refuses the virtual host '{name}' to user '{url.UserName}' (NOT_ALLOWED - vhost {name} not found). Create it (rabbitmqctl add_vhost), let the user in (rabbitmqctl set_permissions -p), or correct the end of Broker:Url.");
        _log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_password_that_is_wrong_ends_the_start_and_one_that_is_right_does_not()
    {
        var url = new UriBuilder((await TestServices.GetAsync()).Broker);
        await StartAsync(url.Uri.AbsoluteUri);

        url.Password = "wrong";
        (await Should.ThrowAsync<StartupException>(() => StartAsync(url.Uri.AbsoluteUri))).Message.ShouldBe(
            $"RabbitMQ at {url.Host}:{url.Port} refuses the user '{url.UserName}'. Correct user and password in Broker:Url.");
    }

    [Fact]
    public async Task A_broker_that_is_away_is_waited_for()
    {
        await StartAsync("amqp://guest:guest@127.0.0.1:1/");

        _log.Count("RabbitMQ at 127.0.0.1:1 is not reachable, jobs wait until it is").ShouldBe(1);
    }

    private Task StartAsync(string url) => new BrokerStart(
        Options.Create(new BrokerOptions { Url = url }), _outages, _loggers.CreateLogger<BrokerStart>()).StartingAsync(TestContext.Current.CancellationToken);
}
