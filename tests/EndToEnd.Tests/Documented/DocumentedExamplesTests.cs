using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.EndToEnd.Tests.Documented;

/// <summary>What the documents show is run as it stands there, against a running system, and its answers are those that they show.</summary>
public sealed class DocumentedExamplesTests
{
    private const string Address = "localhost:8080";
    private const string Hook = "https://example.com/hooks";

    // The documents show jobs that wait; here they wait because no worker takes this queue.
    private const string IdleQueue = "report-bulk";

    private readonly Resemblance _documented = new();

    [Theory]
    [InlineData("docs/api.md", 18)]
    [InlineData("docs/documents.md", 3)]
    [InlineData("README.md", 1)]
    [InlineData("README.ko.md", 1)]
    public async Task Every_command_answers_what_its_document_shows(string document, int least)
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var host = await RoleProcess.StartReadyAsync("AllInOne", await SettingsAsync(database));
        using var http = new HttpClient { BaseAddress = host.Address };
        await ReceivesAsync(http);
        await SubmitWaitingAsync(http);
        await SubmitWaitingAsync(http);
        var text = await File.ReadAllTextAsync(RepositoryFiles.Path(document));

        var examples = Example.In(document, text);

        examples.Count.ShouldBeGreaterThanOrEqualTo(least);
        foreach (var example in examples)
        {
            var command = _documented.WithRealIds(example.Command)
                .Replace(Address, host.Address.Authority, StringComparison.Ordinal)
                .Replace(Hook, $"{receiver.Address}/hooks", StringComparison.Ordinal)
                .Replace("curl ", example.Answer is "" ? "curl -sSf " : "curl -sS ", StringComparison.Ordinal);
            Check(example, await RunAsync(example.Place, command));
        }

        if (text.Contains("\nPOST /hooks ", StringComparison.Ordinal))
        {
            CheckWebhook(text, await receiver.NextAsync());
        }
    }

    /// <summary>Ready is who accepts; the documents wait no longer for an answer than a system needs that receives all its queues.</summary>
    private static Task ReceivesAsync(HttpClient http) => Eventually.TrueAsync(async () =>
        (await http.GetFromJsonAsync<JsonElement>("/health")).GetProperty("status").GetString() == "healthy");

    /// <summary>A job that no worker takes.</summary>
    internal static async Task<string> SubmitWaitingAsync(HttpClient http)
    {
        using var accepted = await http.PostAsJsonAsync("/api/report", new { items = new[] { new { question = "Why?", answer = "Why not." } }, priority = "bulk" });
        return (await accepted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    /// <summary>Of a system where jobs in one queue wait, and webhooks may go to this machine.</summary>
    internal static async Task<IReadOnlyDictionary<string, string?>> SettingsAsync(PostgresDatabase database)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        foreach (var (index, queue) in JobCatalog.Own.Queues.Where(queue => queue is not IdleQueue).Index())
        {
            settings[$"Worker:Queues:{index}"] = queue;
        }

        settings["Ask:SimilarityMin"] = "-1"; // The documents show an answer; the model that ships finds little alike.
        settings["Webhooks:AllowPrivateTargets"] = "true";
        settings["Webhooks:AllowHttp"] = "true";
        return settings.AsReadOnly();
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
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        await bash.WaitForExitAsync(patience.Token);
        bash.ExitCode.ShouldBe(0, $"{place}: {command}\n{await output}{await errors}");
        return await output;
    }
}
