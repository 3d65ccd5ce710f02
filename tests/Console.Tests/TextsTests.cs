using Pipeline.Core.Clients;

namespace Pipeline.Console.Tests;

/// <summary>What operators see of what others sent, where <c>Console:ShowTexts</c> allows it; <see cref="IsolationTests"/> looks where it does not.</summary>
public sealed class TextsTests : IAsyncLifetime
{
    private const string Text = "reject a secret of Carl";
    private const string Message = "The script says so.";

    private readonly ConsoleApi _api = new() { Settings = [("Console:ShowTexts", "true")] };

    public ValueTask InitializeAsync() => _api.InitializeAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Where_texts_are_shown_operators_and_admins_read_them_and_other_clients_do_not()
    {
        var id = await _api.RunAsync(Text);
        foreach (var role in (Role[])[Role.Operator, Role.Admin])
        {
            using var visitor = await _api.EnterAsync(role);

            var page = (await visitor.GetAsync($"/jobs/{id}")).Ok();
            page.Text.ShouldContain(Text);
            page.Text.ShouldContain(Message);
            (await visitor.GetAsync("/jobs?client=*")).Ok().Text.ShouldContain(Message);
            (await visitor.GetAsync("/")).Ok().Text.ShouldContain(Message);
            (await visitor.GetAsync($"/try/emotion?from={id}")).Ok().Text.ShouldContain(Text);
            (await visitor.GetAsync($"/raw/jobs/{id}/input?client=*")).Ok().Html.ShouldContain(Text);
        }

        using Visitor stranger = new(_api.Host.Address);
        await stranger.LogInAsync(await _api.Host.AddKeyAsync("mallory", Role.Client));
        (await stranger.GetAsync($"/jobs/{id}")).Status.ShouldBe(404);
        (await stranger.GetAsync($"/raw/jobs/{id}/input?client=*")).Status.ShouldBe(403);
        (await stranger.GetAsync($"/try/emotion?from={id}")).Html.ShouldNotContain(Text);
        (await stranger.GetAsync("/")).Ok().Text.ShouldNotContain(Message);
    }
}
