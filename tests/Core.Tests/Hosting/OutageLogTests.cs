using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.TestSupport.Pipelines;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Core.Tests.Hosting;

public sealed class OutageLogTests : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(11);
    private static readonly Exception Away = new BrokerUnreachableException(new IOException("Connection refused"));

    private readonly ManualTime _time = new();
    private readonly RecordedLog _log = new();
    private readonly LoggerFactory _loggers;
    private readonly OutageLog _outages;

    public OutageLogTests()
    {
        _loggers = new([_log]);
        _outages = new(_time, _loggers.CreateLogger<OutageLog>());
    }

    [Fact]
    public void Many_parts_that_fail_and_work_again_are_two_lines()
    {
        foreach (var part in (string[])["a", "b", "c"])
        {
            _outages.Failed(part, Away).ShouldBeTrue();
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        _outages.Works("a");
        _time.Advance(Quiet / 2);
        _outages.Failed("b", Away);
        _time.Advance(Quiet);
        _log.Lines.Count.ShouldBe(1, "it failed again, and nothing has worked since");
        _outages.Works("b");
        _time.Advance(Quiet); // c tries once in an hour.

        _log.Lines.Select(line => line.Text).ShouldBe(
        [
            "Pipeline.Core.Hosting.OutageLog: RabbitMQ cannot be used, trying again until it can: Connection refused",
            "Pipeline.Core.Hosting.OutageLog: RabbitMQ works again after 76.5 s",
        ]);
    }

    [Fact]
    public void A_part_that_notices_late_is_of_the_same_outage_and_one_after_the_end_begins_another()
    {
        _outages.Failed("a", Away);
        _outages.Works("a");
        _time.Advance(Quiet / 2);
        _outages.Failed("b", Away);
        _outages.Works("b");
        _time.Advance(Quiet / 2);
        _log.Lines.Count.ShouldBe(1);
        _time.Advance(Quiet / 2);
        _log.Count("works again").ShouldBe(1);

        _outages.Failed("a", Away);

        _log.Count("cannot be used").ShouldBe(2);
    }

    [Fact]
    public void Two_servers_have_an_outage_each()
    {
        _outages.Failed("a", Away).ShouldBeTrue();
        _outages.Failed("b", new NpgsqlException("Failed to connect", new IOException("refused"))).ShouldBeTrue();

        _log.Count("RabbitMQ cannot be used").ShouldBe(1);
        _log.Count("PostgreSQL cannot be used").ShouldBe(1);
    }

    [Fact]
    public void What_concerns_one_queue_or_one_statement_is_left_to_whoever_asked()
    {
        _outages.Failed("a", new OperationInterruptedException(new ShutdownEventArgs(ShutdownInitiator.Peer, Constants.PreconditionFailed, "inequivalent arg"))).ShouldBeFalse();
        _outages.Failed("b", new PostgresException("canceling statement", "ERROR", "ERROR", PostgresErrorCodes.QueryCanceled)).ShouldBeFalse();
        _outages.Failed("c", new OperationCanceledException()).ShouldBeFalse("nobody knows of an outage");
        _log.Lines.ShouldBeEmpty();

        _outages.Failed("d", Away);

        _outages.Failed("c", new OperationCanceledException()).ShouldBeTrue();
    }

    public void Dispose()
    {
        _outages.Dispose();
        _loggers.Dispose();
    }
}
