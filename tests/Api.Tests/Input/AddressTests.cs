using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Input;

/// <summary>Bad input in paths and queries.</summary>
public sealed class AddressTests(LocalApi api)
{
    [Theory]
    [InlineData("7")]
    [InlineData("not-a-uuid")]
    [InlineData("019a9c1e7f0070008000000000000000")]
    [InlineData("{019a9c1e-7f00-7000-8000-000000000000}")]
    [InlineData("%ED%A0%80")]
    public async Task A_bad_id_is_refused(string id)
    {
        (await api.Client.GetAsync($"/api/jobs/{id}")).ShouldBlame("id", "not a UUID");
        (await api.Client.DeleteAsync($"/api/jobs/{id}")).ShouldBlame("id", "not a UUID");
        (await api.Client.SendAsync(HttpMethod.Post, $"/api/jobs/{id}/retry", null)).ShouldBlame("id", "not a UUID");
    }

    [Fact]
    public async Task An_unknown_id_is_not_found()
    {
        var id = Guid.CreateVersion7();
        (await api.Client.GetAsync($"/api/jobs/{id}")).ShouldBeProblem(404, "job-not-found").Says(id.ToString());
        (await api.Client.GetAsync($"/api/jobs/{id}", ("Prefer", "wait=5"))).ShouldBeProblem(404, "job-not-found");
        (await api.Client.DeleteAsync($"/api/jobs/{id}")).ShouldBeProblem(404, "job-not-found");
        (await api.Client.SendAsync(HttpMethod.Post, $"/api/jobs/{id}/retry", null)).ShouldBeProblem(404, "job-not-found");
    }

    [Fact]
    public async Task A_wrong_query_is_refused_field_by_field() =>
        (await api.Client.GetAsync("/api/jobs?state=done&kind=emotoin&before=1&limit=0&page=2"))
            .ShouldBlame("state", "send one of queued, running, succeeded")
            .Blames("kind", "send one of emotion")
            .Blames("before", "not a UUID")
            .Blames("limit", "from 1 to 200")
            .Blames("page", "Known: state, kind, queue, error_code, model, batch, user, id_or_key, resubmitted_from, created_after, created_before, client, before, limit");

    [Theory]
    [InlineData("201")]
    [InlineData("-1")]
    [InlineData("ten")]
    [InlineData("99999999999999999999")]
    public async Task A_wrong_limit_is_refused(string limit) =>
        (await api.Client.GetAsync($"/api/jobs?limit={limit}")).ShouldBlame("limit", "send a whole number from 1 to 200");

    [Fact]
    public async Task A_repeated_parameter_is_refused() =>
        (await api.Client.GetAsync("/api/jobs?state=queued&state=running")).ShouldBlame("state", "is there 2 times");

    [Fact]
    public async Task Empty_parameters_ask_for_nothing() =>
        (await api.Client.GetAsync("/api/jobs?state=&kind=&before=&limit=")).Status.ShouldBe(200);

    [Fact]
    public async Task An_unknown_path_is_not_found()
    {
        (await api.Client.GetAsync("/api/nothing")).ShouldBeProblem(404, "route-not-found").Says("/api/nothing");
        (await api.Client.GetAsync("/nothing")).ShouldBeProblem(404, "route-not-found");
    }

    [Fact]
    public async Task A_wrong_method_is_refused_and_the_right_ones_are_named()
    {
        var answer = await api.Client.SendAsync(HttpMethod.Put, "/api/jobs", null);
        answer.ShouldBeProblem(405, "method-not-allowed").Says("it takes GET, POST");
        answer.Headers["Allow"].ShouldBe("GET, POST");
    }
}
