using System.Text;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Input;

/// <summary>Every door composes: what is stored has one spelling of a word. The host runs without ICU, as the published images do.</summary>
public sealed class UnicodeInputTests(LocalApi api)
{
    // 슬퍼요, decomposed, as file names from macOS are.
    private const string Decomposed = "\u1109\u1173\u11af\u1111\u1165\u110b\u116d";
    private const string Composed = "슬퍼요";

    [Fact]
    public void The_host_has_no_ICU_to_compose_for_it()
    {
        AppContext.TryGetSwitch("System.Globalization.Invariant", out var isInvariant).ShouldBeTrue();
        isInvariant.ShouldBeTrue();
    }

    [Theory]
    [InlineData("/api/emotion", """{"text":"TEXT"}""")]
    [InlineData("/api/emotion", """{"texts":["TEXT"]}""")]
    [InlineData("/api/jobs", """{"kind":"emotion","input":{"text":"TEXT"}}""")]
    [InlineData("/api/embeddings", """{"texts":["TEXT"]}""")]
    [InlineData("/api/feedback", """{"question":"TEXT","answer":"TEXT"}""")]
    [InlineData("/v1/chat/completions", """{"model":"chat","messages":[{"role":"user","content":"say TEXT"}]}""")]
    public async Task Texts_are_stored_composed_written_out_or_as_escapes(string path, string body)
    {
        var escaped = string.Concat(Decomposed.Select(unit => $"\\u{(int)unit:x4}"));
        foreach (var sent in (string[])[Decomposed, escaped])
        {
            var marker = $"{Guid.CreateVersion7():N}";
            (await api.Client.PostAsync(path, body.Replace("TEXT", $"{marker} {sent}", StringComparison.Ordinal))).Status.ShouldBeInRange(200, 202);

            var stored = await StoredAsync(marker);
            stored.ShouldContain($"{marker} {Composed}");
            stored.ShouldNotContain(Decomposed);
        }
    }

    [Fact]
    public async Task Items_of_a_batch_are_stored_composed()
    {
        var marker = $"{Guid.CreateVersion7():N}";
        (await api.Client.SendAsync(HttpMethod.Post, "/api/jobs/batch?kind=emotion", ApiClient.Json(Encoding.UTF8.GetBytes($$"""[{"text":"{{marker}} {{Decomposed}}"}]""")))).Status.ShouldBe(202);

        (await StoredAsync(marker)).ShouldContain($"{marker} {Composed}");
    }

    [Fact]
    public async Task Metadata_and_filters_meet_in_one_form()
    {
        // 이름: 홍길동, decomposed.
        const string Metadata = "{\"\u110b\u1175\u1105\u1173\u11b7\":\"\u1112\u1169\u11bc\u1100\u1175\u11af\u1103\u1169\u11bc\"}";
        var document = await api.Client.PostAsync("/api/documents", $$"""{"text":"A case of names","metadata":{{Metadata}}}""");

        var read = (await api.Client.GetAsync($"/api/documents/{document.Id}")).Json;
        read.GetProperty("metadata").GetProperty("이름").GetString().ShouldBe("홍길동");
    }

    [Fact]
    public async Task Two_spellings_of_one_name_are_one_property_too_many() =>
        (await api.Client.PostAsync("/api/documents", "{\"text\":\"a\",\"metadata\":{\"\u1100\u1161\":1,\"가\":2}}")).ShouldBlame("metadata.가", "appears more than once");

    [Theory]
    [InlineData("/api/emotion", """{"text":"TEXT"}""", "text")]
    [InlineData("/api/embeddings", """{"texts":["a","TEXT"]}""", "texts[1]")]
    [InlineData("/api/documents", """{"text":"TEXT"}""", "text")]
    [InlineData("/api/search", """{"query":"TEXT"}""", "query")]
    [InlineData("/api/ask", """{"question":"TEXT"}""", "question")]
    [InlineData("/api/feedback", """{"question":"Why?","answer":"TEXT"}""", "answer")]
    public async Task A_text_of_which_nothing_can_be_seen_is_empty(string path, string body, string field)
    {
        foreach (var blank in (string[])["\u200b\u200d\ufeff", "\u00ad", " \u2060 \u3164", "\u115f\u1160\u2800\ufe0f", "\u202e\u202c"])
        {
            (await api.Client.PostAsync(path, body.Replace("TEXT", blank, StringComparison.Ordinal))).ShouldBlame(field, "nothing that can be seen");
        }
    }

    private async Task<string> StoredAsync(string marker) => (await StoredInputs.FindAsync(api.Client, marker)).Input;
}
