using System.Text.RegularExpressions;
using Pipeline.Console.Languages;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Services;

namespace Pipeline.Console.Tests;

public sealed partial class WordingTests(ConsoleApi api) : IClassFixture<ConsoleApi>
{
    [Fact]
    public void Every_phrase_of_a_page_has_a_Korean_one()
    {
        var phrases = Directory.EnumerateFiles(RepositoryFiles.Path("src", "Console"), "*.razor", SearchOption.AllDirectories)
            .SelectMany(file => Phrase().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Distinct().ToArray();

        phrases.Length.ShouldBeGreaterThan(200);
        phrases.Except(Wording.Known).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ko-KR,ko;q=0.9,en;q=0.8", "ko")]
    [InlineData("en-US,en;q=0.9,ko;q=0.8", "en")]
    [InlineData("fr,ko;q=0.5", "ko")]
    [InlineData("fr", "en")]
    public async Task The_language_is_the_one_that_the_browser_prefers(string header, string language)
    {
        using var visitor = await api.EnterAsync(Role.Client, ("Accept-Language", header));

        var page = (await visitor.GetAsync("/")).Ok();
        page.Html.ShouldContain($"<html lang=\"{language}\"");
        page.Text.ShouldContain(language is "ko" ? "개요" : "Overview");
    }

    [Fact]
    public async Task A_language_that_was_chosen_stays()
    {
        using var visitor = await api.EnterAsync(Role.Client, ("Accept-Language", "en"));

        (await visitor.SendAsync("/jobs", "/language", ("language", "ko"), ("_back", "/jobs"))).Location.ShouldBe("/jobs");

        (await visitor.GetAsync("/jobs")).Ok().Html.ShouldContain("<html lang=\"ko\"");
    }

    [GeneratedRegex(@"\bT\[""((?:[^""\\]|\\.)*)""")]
    private static partial Regex Phrase();
}
