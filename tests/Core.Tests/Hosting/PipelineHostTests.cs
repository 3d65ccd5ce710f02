using System.Net.Sockets;
using Npgsql;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Tests.Hosting;

public sealed class PipelineHostTests
{
    [Fact]
    public void A_connection_that_breaks_during_the_start_is_told_in_one_sentence() =>
        PipelineHost.Sentence(new NpgsqlException("Exception while reading from stream", new EndOfStreamException()))
            .ShouldBe("A server closed the connection while this process started: Attempted to read past the end of the stream. Start it again.");

    [Fact]
    public void What_lies_under_a_broken_connection_says_more()
    {
        var refused = new SocketException((int)SocketError.AccessDenied);

        PipelineHost.Sentence(new IOException("Failed to bind.", refused)).ShouldNotBeNull().ShouldContain("Ports below 1024");
    }

    [Fact]
    public void A_directory_that_is_missing_is_no_broken_connection() =>
        PipelineHost.Sentence(new DirectoryNotFoundException("/srv/none/")).ShouldBe("What is needed to start is not there: /srv/none/. If that is the content root, correct ASPNETCORE_CONTENTROOT or --contentRoot.");

    [Fact]
    public void A_bug_keeps_its_stack_trace() => PipelineHost.Sentence(new InvalidOperationException("A bug.")).ShouldBeNull();
}
