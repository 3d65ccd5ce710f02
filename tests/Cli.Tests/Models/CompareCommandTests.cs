using System.Text.Json;
using Pipeline.Cli.Tests.Commands;

namespace Pipeline.Cli.Tests.Models;

[Collection(NativeModels.Name)]
public sealed class CompareCommandTests : IDisposable
{
    private static readonly string[] Quick = ["--threads", "1", "--tokens", "4", "--rounds", "1", "--prompt-tokens", "16"];

    private readonly TemporaryFolder _folder = new();
    private readonly TestEnvironment _environment = new(width: 120);

    public CompareCommandTests()
    {
        _environment.Variables["MODELS_DIRECTORY"] = _folder.Path;
        _environment.Variables["Inference__ContextTokens"] = "1024";
        _environment.Variables["Kinds__Chat__OutputTokensMax"] = "16";
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_bench_ends_with_a_line_of_JSON()
    {
        _folder.WriteModel("mine.gguf");

        (await RunAsync(["bench", "mine", .. Quick])).ShouldBe(0, _environment.Error);

        var line = LastLine();
        line.GetProperty("model").GetString().ShouldBe("mine");
        line.GetProperty("quantization").GetString().ShouldBe("F16");
        line.GetProperty("load_seconds").GetDouble().ShouldBeGreaterThan(0);
        line.GetProperty("prefill_tokens_per_second").GetDouble().ShouldBeGreaterThan(0);
        line.GetProperty("decode").EnumerateArray().Select(decode => decode.GetProperty("sequences").GetInt32()).ShouldBe([1, 8]);
        line.GetProperty("decode").EnumerateArray().ShouldAllBe(decode => decode.GetProperty("tokens_per_second").GetDouble() > 0);
        _environment.OutLines.ShouldContain(row => row.StartsWith("decode/s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_model_diverges_from_its_coarser_copy_and_not_from_itself()
    {
        var fine = _folder.WriteModel("fine-F16.gguf");
        await RunAsync("quantize", fine, "--to", "Q4_0");
        var page = Path.Combine(_folder.Path, "page.html");

        (await RunAsync(["compare", "fine-F16", "fine-F16", "fine-Q4_0", "--kind", "chat", "--file", Chats(), "--html", page, .. Quick])).ShouldBe(0, _environment.Error);

        var line = LastLine();
        line.GetProperty("kind").GetString().ShouldBe("chat");
        var models = line.GetProperty("models").EnumerateArray().ToArray();
        models.Select(model => model.GetProperty("model").GetString()).ShouldBe(["fine-F16 (1)", "fine-F16 (2)", "fine-Q4_0"]);
        var (first, same, coarse) = (Quality(models[0]), Quality(models[1]), Quality(models[2]));
        first.TryGetProperty("kl_divergence", out _).ShouldBeFalse();
        same.GetProperty("kl_divergence").GetDouble().ShouldBeInRange(0, 1e-6);
        (same.GetProperty("same_best").GetDouble(), same.GetProperty("agreement").GetDouble()).ShouldBe((1, 1));
        coarse.GetProperty("kl_divergence").GetDouble().ShouldBeGreaterThan(1e-4);
        coarse.GetProperty("same_best").GetDouble().ShouldBeLessThan(1);
        new[] { first, same, coarse }.ShouldAllBe(quality => quality.GetProperty("failed").GetInt32() == 0 && quality.GetProperty("valid").GetDouble() == 1);
        first.GetProperty("keywords").GetDouble().ShouldBe(0);
        var html = await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken);
        html.ShouldContain("fine-Q4_0");
        html.ShouldContain("<svg");
        html.ShouldNotContain("http", Case.Insensitive);
        html.ShouldNotContain("<script", Case.Insensitive);
    }

    [Fact]
    public async Task Models_with_other_vocabularies_are_compared_but_for_the_divergence()
    {
        _folder.WriteModel("mine.gguf");

        (await RunAsync(["compare", "mine", Shipped, "--kind", "chat", "--file", Chats(), .. Quick])).ShouldBe(0, _environment.Error);

        Quality(LastLine().GetProperty("models")[1]).GetProperty("kl_problem").GetString().ShouldBe("its vocabulary is not the first model's, so there is no divergence.");
    }

    [Fact]
    public async Task The_model_that_ships_is_compared_with_a_coarser_copy_by_labels()
    {
        await RunAsync("quantize", Shipped, "--to", "Q4_0", "--requantize", "--out", Path.Combine(_folder.Path, "coarse.gguf"));

        (await RunAsync(["compare", Shipped, Shipped, "coarse", "--kind", "emotion", "--file", Texts(), "--json", .. Quick])).ShouldBe(0, _environment.Error);

        _environment.OutLines.Length.ShouldBe(2); // The first is of quantize.
        var models = LastLine().GetProperty("models").EnumerateArray().Select(Quality).ToArray();
        models.ShouldAllBe(quality => quality.GetProperty("accuracy").GetDouble() >= 0 && quality.GetProperty("macro_f1").GetDouble() >= 0 && quality.GetProperty("ece").GetDouble() <= 1);
        models[1].GetProperty("agreement").GetDouble().ShouldBe(1);
        models[1].GetProperty("accuracy").GetDouble().ShouldBe(models[0].GetProperty("accuracy").GetDouble());
        models[0].GetProperty("accuracy").GetDouble().ShouldBeGreaterThan(0.5);
        models[0].TryGetProperty("kl_divergence", out _).ShouldBeFalse();
        _environment.Error.ShouldContain("macro-F1");
    }

    [Theory]
    [InlineData("compare mine --kind chat", "Give --kind and --file together")]
    [InlineData("compare mine --kind interview-report --file F", "Take emotion, chat, feedback, interview")]
    [InlineData("compare mine --kind chat --file F", "row 2: the input is no chat")]
    [InlineData("compare other", "has no model 'other'. It has: mine.")]
    [InlineData("bench mine --threads 0", "--threads is 0; give 1 to 1024.")]
    public async Task What_cannot_be_compared_is_told(string command, string reason)
    {
        _folder.WriteModel("mine.gguf");
        var file = _folder.Write("jobs.jsonl", """
            {"input":{"messages":[{"role":"user","content":"Hello"}]}}
            {"input":{"messages":[]}}
            """);

        (await RunAsync([.. command.Split(' ').Select(word => word is "F" ? file : word)])).ShouldBe(1);

        _environment.Error.ShouldContain(reason);
    }

    private static string Shipped => Path.Combine(AppContext.BaseDirectory, "models", "emotion-mini-q8_0.gguf");

    private string Chats() => _folder.Write("chats.jsonl", """
        {"input":{"messages":[{"role":"user","content":"What is the capital of Korea, and how many people live there?"}]},"expected":"Seoul, with about nine million people.","keywords":["zzzz-nobody"]}
        {"input":{"messages":[{"role":"system","content":"Answer in Korean."},{"role":"user","content":"오늘은 날씨가 어떤가요?"}]},"keywords":["of-nobody"]}
        """);

    private string Texts() => _folder.Write("texts.jsonl", """
        {"text":"I am so happy today, everything went well!","label":"joy","lang":"en"}
        {"text":"I miss my grandmother so much. I cried all night.","label":"sadness","lang":"en"}
        {"text":"How dare you lie to me again! I am furious.","label":"anger","lang":"en"}
        {"text":"회의는 오후 세 시에 시작합니다.","label":"neutral","lang":"ko"}
        """);

    private static JsonElement Quality(JsonElement model) => model.GetProperty("quality");

    private JsonElement LastLine() => JsonElement.Parse(_environment.OutLines[^1]);

    private Task<int> RunAsync(params string[] args) => _environment.RunAsync(["models", .. args]);
}
