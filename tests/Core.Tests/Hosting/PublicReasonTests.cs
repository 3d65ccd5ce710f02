using System.Net.Sockets;
using Npgsql;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Tests.Hosting;

public sealed class PublicReasonTests
{
    [Fact]
    public void The_words_of_a_driver_stay_in_the_log()
    {
        SocketException refused = new((int)SocketError.ConnectionRefused);

        PublicReason.Of(new NpgsqlException("Failed to connect to 10.0.0.5:5432", refused))
            .ShouldBe("A server that is needed failed (ConnectionRefused); the log has the details.");
        PublicReason.Of(new HttpRequestException("Connection refused (gpu-box:8000)")).ShouldBe("A server that is needed failed; the log has the details.");
        PublicReason.Of(new PostgresException("relation \"jobs\" does not exist", "ERROR", "ERROR", "42P01"))
            .ShouldBe("PostgreSQL answered SQLSTATE 42P01; the log has the details.");
    }

    [Fact]
    public void What_the_pipeline_says_itself_is_told() =>
        PublicReason.Of(new InvalidOperationException("The model is not loaded.")).ShouldBe("The model is not loaded.");
}
