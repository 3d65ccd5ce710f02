using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Console.Tests.Browser.Actions;

/// <summary>Every action of the console, done in a browser by each role that may, in both languages, and refused to who may not.</summary>
public sealed partial class ActionTests(ActionStage stage, Chromium chromium) : IClassFixture<ActionStage>
{
    private static readonly Dictionary<string, ConsoleAction> Actions =
        ((IEnumerable<ConsoleAction>)[.. ActionsOfJobs.All, .. ActionsOfOwners.All, .. ActionsOfOperators.All]).ToDictionary(action => action.Name);

    public static TheoryData<string> Names() => [.. Actions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_action_is_done_in_the_browser_and_refused_to_who_may_not(string name)
    {
        var action = Actions[name];
        foreach (var (role, language) in Players(action))
        {
            var tab = action.NeedsOwnTab ? await chromium.OpenAsync(stage.Api.Host.Address, stage.Api.Key(role), language) : await stage.TabAsync(chromium, role, language);
            try
            {
                await using Scene scene = new(stage, tab, role, language);
                await PlayAsync(action, scene);
                tab.Faults.ShouldBeEmpty();
            }
            finally
            {
                await (action.NeedsOwnTab ? tab.DisposeAsync() : ValueTask.CompletedTask);
            }
        }
    }

    [Fact]
    public void Every_button_of_the_pages_has_a_row_here()
    {
        var buttons = Directory.EnumerateFiles(RepositoryFiles.Path("src", "Console"), "*.razor", SearchOption.AllDirectories)
            .SelectMany(file => LabelsIn(File.ReadAllText(file)).Select(label => $"{Path.GetFileNameWithoutExtension(file)}: {label}"));

        Actions.Values.Where(action => action.Route is "/do" or "/jobs/preview").Select(action => $"{action.File}: {action.Phrase}").Distinct().Order().ShouldBe(buttons.Distinct().Order());
    }

    [Fact]
    public void Every_route_that_takes_forms_has_a_row_here()
    {
        var routes = stage.Api.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.OfType<System.Reflection.MethodInfo>().Any(method => method.Module == typeof(ConsoleHosting).Module))
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Any(method => !HttpMethods.IsGet(method)) is true)
            .Select(endpoint => endpoint.RoutePattern.RawText);

        Actions.Values.Select(action => action.Route).Distinct().Order().ShouldBe(routes.Order());
    }

    /// <summary>Each role that may, and both languages.</summary>
    private static IEnumerable<(Role, string)> Players(ConsoleAction action) => action.Lowest switch
    {
        Role.Client => [(Role.Client, "en"), (Role.Operator, "ko"), (Role.Admin, "en")],
        Role.Operator => [(Role.Operator, "ko"), (Role.Admin, "en")],
        _ => [(Role.Admin, "en"), (Role.Admin, "ko")],
    };

    private async Task PlayAsync(ConsoleAction action, Scene scene)
    {
        if (await action.Prepare(scene) is { } path)
        {
            await scene.Page.GotoAsync(path);
        }

        var button = scene.ButtonOf(action);
        var closed = button.Locator("xpath=ancestor::details[not(@open)]/summary");
        if (await closed.CountAsync() > 0)
        {
            await closed.ClickAsync();
        }

        var form = button.Locator("xpath=ancestor::form");
        foreach (var (name, value) in action.Fields(scene))
        {
            var field = form.Locator($"[name='{name}']");
            await (await field.EvaluateAsync<string>("field => field.tagName") is "SELECT" ? (Task)field.SelectOptionAsync(value) : field.FillAsync(value));
        }

        await (action.Fill?.Invoke(scene) ?? Task.CompletedTask);
        var sent = JsonSerializer.Deserialize<string[][]>(await form.EvaluateAsync<string>(
            "form => JSON.stringify([...new FormData(form)].filter(([name, value]) => name !== '_token' && typeof value === 'string'))"))!.Select(pair => (pair[0], pair[1])).ToArray();
        await RefuseAsync(action, sent);

        var answer = await scene.Page.RunAndWaitForResponseAsync(() => button.ClickAsync(), response => response.Request.Method is "POST");
        answer.Status.ShouldBeLessThan(400, $"{action.Name} as {scene.Role}");
        await scene.Page.WaitForLoadStateAsync();
        await Eventually.TrueAsync(() => action.IsDone(scene));
    }

    /// <summary>Sends what the form would send, as somebody for whom it does nothing.</summary>
    private async Task RefuseAsync(ConsoleAction action, (string, string)[] sent)
    {
        using var other = action.Lowest > Role.Client ? await stage.Api.EnterAsync(action.Refused ?? action.Lowest - 1) : new Visitor(stage.Api.Host.Address);
        var answer = action switch
        {
            { Lowest: > Role.Client } => await other.SendAsync("/jobs", action.Route, sent),
            { Refusal: Refusal.Stranger } => await stage.Stranger.SendAsync("/jobs", action.Route, sent),
            _ => await other.PostAsync(action.Route, sent),
        };

        var expected = action switch { { Lowest: > Role.Client } => 403, { Refusal: Refusal.Stranger } => 404, { Refusal: Refusal.Forged } => 400, _ => 302 };
        answer.Status.ShouldBe(expected, $"{action.Name}: {answer.Text}");
        answer.Location.ShouldBe(expected is 302 ? "/login" : null);
    }

    /// <summary>What is written on the buttons of forms that act.</summary>
    private static IEnumerable<string> LabelsIn(string razor) =>
        ActingForm().Matches(razor).SelectMany(form => Phrase().Matches(ValueAt(razor, razor.IndexOf(" Label=\"", form.Index, StringComparison.Ordinal) + 8))).Select(phrase => phrase.Groups[1].Value);

    /// <summary>The value of an attribute, with what is quoted within its brackets.</summary>
    private static string ValueAt(string razor, int start)
    {
        var (end, depth) = (start, 0);
        for (; depth > 0 || razor[end] is not '"'; end++)
        {
            depth += razor[end] is '(' or '[' or '{' ? 1 : razor[end] is ')' or ']' or '}' ? -1 : 0;
        }

        return razor[start..end];
    }

    [GeneratedRegex("<(ActForm|PreviewForm) ")]
    private static partial Regex ActingForm();

    [GeneratedRegex("T\\[\"([^\"]+)\"\\]")]
    private static partial Regex Phrase();
}
