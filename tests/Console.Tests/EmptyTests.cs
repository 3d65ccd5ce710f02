using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Console.Languages;
using Pipeline.Core.Postgres;
using Pipeline.TestSupport.Services;

namespace Pipeline.Console.Tests;

/// <summary>Screens with nothing on them, and with one of each: an API without keys, workers and a scheduler.</summary>
public sealed class EmptyTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    /// <summary>What a screen without anything says will be there, and how it comes about.</summary>
    private static readonly (string Path, string Phrase)[] Words =
    [
        ("/", "No queue has jobs or workers yet. What you submit shows here while it waits and runs."),
        ("/", "No job has failed. Those that do are counted here by their codes."),
        ("/jobs", "No jobs yet. Those that you submit are listed here, newest first."),
        ("/jobs?state=failed", "No job matches these filters."),
        ("/actions", "Nothing was done to many jobs yet. Filter the jobs, then cancel, retry or erase all that match."),
        ("/batches", "No batches yet. A batch is many jobs that are submitted at once; its progress shows here."),
        ("/compare", "Nothing to compare yet. Fill in a form of Try it and choose two models or more; their answers stand here side by side."),
        ("/documents", "No documents yet. Add a text or upload a file above: searches and questions then find its passages."),
        ("/search", "Passages of your documents are found here, by meaning, by words or by both."),
        ("/search?q=anything&mode=words", "No passage of your documents was found. Use other words, or compare by meaning."),
        ("/workers", "No worker runs, so jobs wait. A worker that is started shows here with its slots; ./run starts one of each."),
        ("/workers", "No models yet. Workers tell which they have when they start."),
        ("/usage", "Nothing was used in these days. Jobs that end are counted here within seconds: tokens, worker time and cost."),
        ("/usage", "No job came in the last hour, and none waits. Whoever submits more than others stands here first."),
        ("/keys", "No keys yet, so this machine alone may call. Make one above: the first is an admin's, and everybody has to log in from then on."),
        ("/reports", "No reports yet. One is made every night on the day before; ask for others above."),
        ("/prompts?kind=none", "No prompt matches. Those that are built in stand here, and your own once you change one."),
        ("/webhooks", "No deliveries. A job with a callback_url makes one."),
        ("/webhooks", "No secret yet. Make one before you submit jobs with a callback_url: receivers check signatures with it."),
        ("/schedules", "No scheduler has started yet. Once one has, its tasks stand here, such as the nightly report; ./run starts one."),
        ("/audit", "Nothing yet. Pauses, drains, bulk actions and changes of keys are written down here, with who did them."),
    ];

    // Forms, which need no data, and what leads elsewhere.
    private static readonly string[] NeverEmpty = ["/login", "/try", "/go"];

    private ApiHost? _host;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync(database.ConnectionString, worker: null);

    public ValueTask DisposeAsync() => _host!.DisposeAsync();

    [Theory]
    [InlineData("en")]
    [InlineData("ko")]
    public async Task A_screen_without_anything_says_what_will_be_there_and_how_it_comes_about(string language)
    {
        using Visitor visitor = new(_host!.Address, ("Accept-Language", language));
        foreach (var (path, phrase) in Words)
        {
            (await visitor.GetAsync(path)).Ok().Text.ShouldContain(Wording.In(language)[phrase], Case.Sensitive, path);
        }
    }

    [Fact]
    public void Every_screen_says_something_when_it_is_empty()
    {
        var screens = _host!.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.OfType<System.Reflection.MethodInfo>().Any(method => method.Module == typeof(ConsoleHosting).Module))
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Any(HttpMethods.IsGet) is true)
            .Select(endpoint => endpoint.RoutePattern.RawText!).Where(path => !path.Contains('{', StringComparison.Ordinal)).Except(NeverEmpty);

        Words.Select(words => words.Path.Split('?')[0]).Distinct().Order().ShouldBe(screens.Order());
    }

    [Fact]
    public async Task One_job_is_a_job_and_not_jobs()
    {
        await using var own = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(own.ConnectionString, worker: null);
        using var client = host.Client();
        var id = (await client.PostAsync("/api/jobs", """{"kind":"emotion","input":{"text":"alone"}}""")).Id;
        using Visitor english = new(host.Address);
        using Visitor korean = new(host.Address, ("Accept-Language", "ko"));

        (await english.SendAsync("/jobs", "/jobs/preview", ("action", "cancel"))).Ok().Text.ShouldContain("1 job matches.");
        (await korean.SendAsync("/jobs", "/jobs/preview", ("action", "cancel"))).Ok().Text.ShouldContain("조건에 맞는 작업이 1개입니다.");
        await host.SampleQueuesAsync();
        (await english.GetAsync("/")).Ok().Text.ShouldContain("1 waiting in emotion, which no worker serves.");
        await host.Services.GetRequiredService<Npgsql.NpgsqlDataSource>().ExecuteAsync(
            "update jobs set state = 'failed', finished_at = now(), error_code = 'quarantined' where id = @Id", new { Id = Guid.Parse(id) }, TestContext.Current.CancellationToken);
        (await english.GetAsync("/")).Ok().Text.ShouldContain("1 job is quarantined: workers died of it.");
    }
}
