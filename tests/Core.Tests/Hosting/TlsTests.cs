using System.Net;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Broker;
using Pipeline.Core.Hosting;
using Pipeline.Core.Intake;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;
using Pipeline.TestSupport.Tls;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Core.Tests.Hosting;

/// <summary>With certificates that the test makes: PostgreSQL and RabbitMQ over TLS, from the intake to the result.</summary>
public sealed class TlsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new();

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task A_job_runs_over_connections_with_tls_alone()
    {
        await using var postgres = Postgres(_authority, "localhost");
        await using var broker = await BrokerAsync(_authority, "localhost");
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Postgres:ConnectionString"] = Secured(postgres);
        settings["Broker:Url"] = await UrlAsync(broker);
        settings["Broker:CertificateAuthorityFile"] = _authority.File;
        await using var pipeline = await TestPipeline.StartAsync(database, settings);

        var reply = (await pipeline.SubmitAsync(TestPipeline.OneJob("good news"))).ShouldBeOfType<SubmissionReply.Accepted>();

        await Eventually.TrueAsync(async () =>
            (await pipeline.Store.FindAsync(Core.Clients.Client.LocalId, reply.JobIds[0], TestContext.Current.CancellationToken))!.State == JobState.Succeeded);
        postgres.Secured.ShouldBePositive();
        broker.Secured.ShouldBePositive();
    }

    [Theory]
    [InlineData(true, "localhost", true)]
    [InlineData(true, "elsewhere.example", false)]
    [InlineData(false, "localhost", false)]
    public async Task A_broker_is_believed_by_its_authority_and_its_name(bool known, string name, bool isBelieved)
    {
        await using var broker = await BrokerAsync(known ? _authority : _stranger, name);
        BrokerOptions options = new() { Url = await UrlAsync(broker), CertificateAuthorityFile = _authority.File };

        var connecting = options.ConnectionFactory.CreateConnectionAsync(TestContext.Current.CancellationToken);

        if (isBelieved)
        {
            await using var connection = await connecting;
            connection.IsOpen.ShouldBeTrue();
        }
        else
        {
            await Should.ThrowAsync<BrokerUnreachableException>(() => connecting);
        }
    }

    [Theory]
    [InlineData(true, "elsewhere.example")]
    [InlineData(false, "localhost")]
    public async Task A_database_of_another_name_or_authority_is_none(bool known, string name)
    {
        await using var postgres = Postgres(known ? _authority : _stranger, name);
        await using var dataSource = NpgsqlDataSource.Create(Secured(postgres));

        await Should.ThrowAsync<NpgsqlException>(async () => await dataSource.OpenConnectionAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_file_without_certificates_is_refused_by_its_name()
    {
        File.WriteAllText(_stranger.File, "nothing");

        Should.Throw<StartupException>(() => BrokerTrust.Of(_stranger.File)).Message.ShouldContain("Broker:CertificateAuthorityFile");
        Should.Throw<StartupException>(() => BrokerTrust.Of("/nowhere.pem")).Message.ShouldContain("Broker:CertificateAuthorityFile");
    }

    private TlsServer Postgres(TestAuthority authority, string name)
    {
        NpgsqlConnectionStringBuilder plain = new(database.ConnectionString);
        return new(new(Address(plain.Host!), plain.Port), authority.Certify(name), isPostgres: true);
    }

    private string Secured(TlsServer postgres) => new NpgsqlConnectionStringBuilder(database.ConnectionString)
    {
        Host = "localhost",
        Port = postgres.Port,
        SslMode = SslMode.VerifyFull,
        RootCertificate = _authority.File,
    }.ConnectionString;

    private static async Task<TlsServer> BrokerAsync(TestAuthority authority, string name)
    {
        Uri plain = new((await TestServices.GetAsync()).Broker);
        return new(new(Address(plain.Host), plain.IsDefaultPort ? 5672 : plain.Port), authority.Certify(name), isPostgres: false);
    }

    private static async Task<string> UrlAsync(TlsServer broker) =>
        new UriBuilder((await TestServices.GetAsync()).Broker) { Scheme = "amqps", Host = "localhost", Port = broker.Port }.Uri.AbsoluteUri;

    private static IPAddress Address(string host) => IPAddress.TryParse(host, out var address) ? address : IPAddress.Loopback;
}
