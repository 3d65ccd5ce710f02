using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Tidy.Tests;

public sealed partial class DocumentTests
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static IEnumerable<string> Documents => Checkout.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal));

    [Fact]
    public void Links_between_documents_lead_somewhere() =>
        (from document in Documents
         from Match link in Link().Matches(Checkout.Read(document))
         let target = link.Groups[1].Value.Split('#')[0]
         where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
         where !Checkout.Exists(Path.Combine(Path.GetDirectoryName(document)!, target))
         select $"{document}: {target}").ShouldBeEmpty();

    [Fact]
    public void No_file_of_JSON_says_a_name_twice() =>
        (from file in Checkout.Files.Where(file => file.EndsWith(".json", StringComparison.Ordinal))
         let fault = Fault(Checkout.Read(file))
         where fault is not null
         select $"{file}: {fault}").ShouldBeEmpty();

    [Fact]
    public void The_Korean_readme_has_the_sections_and_examples_of_the_English_one()
    {
        var english = Checkout.Read("README.md");
        var korean = Checkout.Read("README.ko.md");

        Heading().Count(korean).ShouldBe(Heading().Count(english));
        CodeBlock().Count(korean).ShouldBe(CodeBlock().Count(english));
        Commands(korean).ShouldBe(Commands(english));
    }

    [Fact]
    public void Options_named_in_documents_exist()
    {
        var properties = Checkout.Sources
            .Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(file => Property().Matches(Checkout.Read(file)).Select(match => match.Groups[1].Value))
            .ToHashSet();

        // The change log also names options that are gone.
        (from document in Documents.Where(file => file is not "CHANGELOG.md" && !file.StartsWith("models/", StringComparison.Ordinal))
         from Match option in Option().Matches(Checkout.Read(document))
         let name = option.Groups[1].Value
         where !properties.Contains(name)
         select $"{document}: {option.Value}").Distinct().ShouldBeEmpty();
    }

    private static IEnumerable<string> Commands(string readme) =>
        CodeBlock().Matches(readme).SelectMany(block => block.Value.Split('\n')).Where(line => line.StartsWith("./", StringComparison.Ordinal)).Select(line => line.Split('#')[0].Trim());

    private static string? Fault(string json)
    {
        try
        {
            JsonDocument.Parse(json, Strict).Dispose();
            return null;
        }
        catch (JsonException e)
        {
            return e.Message;
        }
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\bpublic (?:required )?[\w<>?,\[\] ]+ (\w+) \{ get;")]
    private static partial Regex Property();

    // `Section:Option` or `Section:Part:Option` in code font.
    [GeneratedRegex(@"`(?:Postgres|Broker|Queues:[A-Za-z-]+|Worker|Events|Input|Api|Models:\w+|Inference:LoaderProcess|Inference|Scheduler|Retention|Fallback|Webhooks|ResultCache|Prompts|Documents:ReaderProcess|Documents|Search|Ask|Activity|Conversation|Telemetry|Console):(\w+)`")]
    private static partial Regex Option();
}
