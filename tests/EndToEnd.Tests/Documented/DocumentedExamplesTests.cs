using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.EndToEnd.Tests.Documented;

/// <summary>What the documents show is run as it stands there, against a running system, and its answers are those that they show.</summary>
public sealed partial class DocumentedExamplesTests
{
    private const string Address = "localhost:8080";
    private const string Hook = "https://example.com/hooks";

    // A busy machine may need longer than a document waits, and would then show a job that is not done.
    private const string LongestWait = "wait=60";

    private readonly Resemblance _documented = new();

    [Theory]
    [InlineData("docs/api.md", 23)]
    [InlineData("docs/documents.md", 3)]
    [InlineData("README.md", 1)]
    [InlineData("README.ko.md", 1)]
    public async Task Every_command_answers_what_its_document_shows(string document, int least)
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var system = await DocumentedSystem.StartAsync(database);
        await system.SubmitWaitingAsync();
        await system.SubmitWaitingAsync();
        var text = await File.ReadAllTextAsync(RepositoryFiles.Path(document));

        var examples = Example.In(document, text);

        examples.Count.ShouldBeGreaterThanOrEqualTo(least);
        foreach (var example in examples)
        {
            var command = Wait().Replace(_documented.WithRealIds(example.Command), LongestWait)
                .Replace(Address, system.Address.Authority, StringComparison.Ordinal)
                .Replace(Hook, $"{system.Receiver.Address}/hooks", StringComparison.Ordinal)
                .Replace("curl ", example.Answer is "" ? "curl -sSf " : "curl -sS ", StringComparison.Ordinal);
            Check(example, await RunAsync(example.Place, command));
        }

        if (text.Contains("\nPOST /hooks ", StringComparison.Ordinal))
        {
            CheckWebhook(text, await system.Receiver.NextAsync());
        }
    }

    private void Check(Example example, string output)
    {
        var (shown, actual) = (example.Answer, output);
        if (shown.StartsWith("HTTP/", StringComparison.Ordinal))
        {
            var (shownHead, actualHead) = (HeadOf(ref shown), HeadOf(ref actual));
            actualHead[0].ShouldBe(shownHead[0], example.Place);
            foreach (var header in shownHead.Skip(1))
            {
                var name = header.Split(':')[0];
                _documented.CheckText(header, actualHead.FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase)) ?? "", $"{example.Place}: {name}", isSame: true);
            }
        }

        if (shown.StartsWith("event:", StringComparison.Ordinal))
        {
            CheckEvents(example.Place, Events(shown), Events(actual));
        }
        else
        {
            CheckAll(example.Place, AbridgedJson.Read(shown), AbridgedJson.Read(shown is "" ? "" : actual));
        }
    }

    private void CheckAll(string place, IReadOnlyList<JsonElement> shown, IReadOnlyList<JsonElement> actual)
    {
        actual.Count.ShouldBe(shown.Count, $"{place}: {string.Join('\n', actual)}");
        foreach (var (value, index) in shown.Select((value, index) => (value, index)))
        {
            _documented.Check(value, actual[index], place);
        }
    }

    /// <summary>
    /// The same kinds of events in the same order. How many of each is the model's, and which state a client sees first depends on how
    /// soon a worker has the job: the last of each is compared.
    /// </summary>
    private void CheckEvents(string place, IReadOnlyList<SseItem<string>> shown, IReadOnlyList<SseItem<string>> actual)
    {
        var names = shown.Select(item => item.EventType).Distinct().ToArray();
        actual.Select(item => item.EventType).Distinct().ShouldBe(names, place);
        foreach (var name in names)
        {
            CheckAll(
                place,
                AbridgedJson.Read(shown.Last(item => item.EventType == name).Data),
                [JsonElement.Parse(actual.Last(item => item.EventType == name).Data)]);
        }
    }

    private void CheckWebhook(string text, ReceivedWebhook webhook)
    {
        var start = text.IndexOf("POST /hooks ", StringComparison.Ordinal);
        var shown = text[start..text.IndexOf("\n```", start, StringComparison.Ordinal)];
        var head = HeadOf(ref shown);
        head[0].ShouldBe($"{webhook.Method} {webhook.Path} HTTP/1.1");
        head.Skip(1).Select(header => header.Split(':')[0]).Except(webhook.Headers.Keys, StringComparer.OrdinalIgnoreCase).ShouldBeEmpty();
        CheckAll("the webhook", AbridgedJson.Read(shown), [webhook.Json]);
    }

    /// <summary>The lines before the first empty one, which leave the message.</summary>
    private static string[] HeadOf(ref string message)
    {
        var lines = message.ReplaceLineEndings("\n").Split('\n');
        var head = lines.TakeWhile(line => line.Length > 0).ToArray();
        message = string.Join('\n', lines.Skip(head.Length)).Trim();
        return head;
    }

    private static IReadOnlyList<SseItem<string>> Events(string text) =>
        [.. SseParser.Create(new MemoryStream(Encoding.UTF8.GetBytes(text + "\n\n"))).Enumerate()];

    private static async Task<string> RunAsync(string place, string command)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = RepositoryFiles.Root, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
        using var patience = Patience.Begin();
        await bash.WaitForExitAsync(patience.Token);
        bash.ExitCode.ShouldBe(0, $"{place}: {command}\n{await output}{await errors}");
        return await output;
    }

    [GeneratedRegex(@"\bwait=\d+")]
    private static partial Regex Wait();
}
