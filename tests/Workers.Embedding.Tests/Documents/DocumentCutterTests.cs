using Microsoft.Extensions.Options;
using Pipeline.Core.Documents;
using Pipeline.Workers.Embedding.Documents;

namespace Pipeline.Workers.Embedding.Tests.Documents;

public sealed class DocumentCutterTests
{
    [Fact]
    public void A_short_text_is_one_passage() =>
        Cut("One sentence. And another.").ShouldHaveSingleItem().ShouldBe(new("One sentence. And another.", 4));

    [Fact]
    public void Cuts_are_between_sentences_and_the_last_one_is_repeated() =>
        Cut("One two three four five six. Seven eight nine. Ten eleven twelve thirteen fourteen. End.", tokensMax: 10, overlap: 4).Select(passage => passage.Text)
            .ShouldBe(["One two three four five six. Seven eight nine.", "Seven eight nine. Ten eleven twelve thirteen fourteen. End."]);

    [Fact]
    public void Korean_sentences_are_cut_like_English_ones() =>
        Cut("첫째 문장은 여기 있습니다. 둘째 문장도 여기 있습니다. 셋째 문장은 끝에 있습니다.", tokensMax: 8, overlap: 0).Select(passage => passage.Text)
            .ShouldBe(["첫째 문장은 여기 있습니다. 둘째 문장도 여기 있습니다.", "셋째 문장은 끝에 있습니다."]);

    [Fact]
    public void A_heading_begins_a_passage_once_half_of_one_is_full() =>
        Cut("# One\nWords of the first part are here.\n# Two\nAnd of the second.", tokensMax: 16, overlap: 0).Select(passage => passage.Text)
            .ShouldBe(["# One\nWords of the first part are here.", "# Two\nAnd of the second."]);

    [Fact]
    public void A_passage_within_a_table_begins_with_the_names_of_its_columns()
    {
        const string Header = "| port | service |\n|---|---|";
        var rows = Enumerable.Range(1, 60).Select(i => $"| {4000 + i} | service {i}. Restarted daily |");
        var passages = Cut($"Ports of the servers.\n\n{Header}\n{string.Join('\n', rows)}\n\nEnd of the list.", tokensMax: 40, overlap: 9);

        passages.Count.ShouldBeGreaterThan(4);
        passages.Skip(1).ShouldAllBe(passage => passage.Text.StartsWith(Header + "\n| 40"));
        passages.ShouldAllBe(passage => passage.Tokens <= 40 && Words(passage.Text) <= 40);
        passages[^1].Text.ShouldEndWith("End of the list.");
        foreach (var row in rows)
        {
            passages.ShouldContain(passage => passage.Text.Contains(row));
        }
    }

    [Fact]
    public void Names_of_columns_that_leave_no_room_for_rows_are_not_repeated() =>
        Cut("| a very long name of a column | b |\n|---|---|\n| one two three | four five |\n| six seven | eight nine ten |", tokensMax: 16, overlap: 0)
            .Select(passage => passage.Text).ShouldBe(["| a very long name of a column | b |\n|---|---|", "| one two three | four five |\n| six seven | eight nine ten |"]);

    [Theory]
    [InlineData("```bash\n# first comment\nmake all of the things now\n# second comment\nmake install\n```\n", "markdown")]
    [InlineData("~~~\n# first comment\n```\nmake all of the things now\n# second comment\n~~~~\n", "markdown")]
    [InlineData("# first comment\nmake all of the things now\n# second comment\nmake install\n", "text")]
    public void A_comment_in_a_fence_or_in_a_plain_text_is_no_heading(string code, string format) =>
        Cut("Words of some prose are here.\n" + code, tokensMax: 30, overlap: 0, format: format).ShouldHaveSingleItem().Text.ShouldEndWith(code.Trim());

    [Fact]
    public void Behind_a_fence_there_are_headings_again() =>
        Cut("```\n# no heading\nsome words of a script\n```\n# One\nWords.", tokensMax: 18, overlap: 0).Select(passage => passage.Text)
            .ShouldBe(["```\n# no heading\nsome words of a script\n```", "# One\nWords."]);

    [Fact]
    public void The_model_may_read_less_than_the_options_ask_for() =>
        Cut("one two three four five six seven eight", tokensMax: 200, modelMax: 4).ShouldAllBe(passage => passage.Tokens <= 4);

    [Fact]
    public void A_word_without_end_is_cut_though_it_is_one_token() =>
        Cut(new string('가', 10_000), tokensMax: 20).ShouldAllBe(passage => passage.Text.Length <= 20 * 16);

    [Fact]
    public void Nothing_is_lost_and_no_passage_is_too_long()
    {
        const int Seed = 13;
        var random = new Random(Seed);
        string[] parts = ["word", "낱말", "😀", ". ", "! ", "\n", "\n# ", "\n```\n", " ", "verylongwordwithoutanyend", "。", "가나다라마바사아자차카타파하"];
        for (var round = 0; round < 300; round++)
        {
            var text = "x" + string.Concat(Enumerable.Range(0, random.Next(1, 200)).Select(_ => parts[random.Next(parts.Length)] + (random.Next(2) == 0 ? " " : "")));
            var tokensMax = random.Next(16, 40);
            var passages = Cut(text, tokensMax, overlap: random.Next(0, tokensMax / 2), letters: true);

            passages.ShouldAllBe(passage => passage.Tokens <= tokensMax && passage.Text.Length > 0, $"seed {Seed}, round {round}");
            passages.ShouldAllBe(passage => text.Contains(passage.Text), $"seed {Seed}, round {round}");
            Missing(text, passages).ShouldBeEmpty($"seed {Seed}, round {round}");
        }
    }

    /// <summary>Words of the text, by their places, that no passage covers when passages are laid over it in order.</summary>
    private static string Missing(string text, IReadOnlyList<Passage> passages)
    {
        var end = 0;
        foreach (var passage in passages)
        {
            var start = text.IndexOf(passage.Text, StringComparison.Ordinal);
            for (var next = start; next >= 0 && next <= end; next = text.IndexOf(passage.Text, next + 1, StringComparison.Ordinal))
            {
                start = next;
            }

            var skipped = start > end ? text[end..start] : "";
            if (!string.IsNullOrWhiteSpace(skipped))
            {
                return skipped;
            }

            end = Math.Max(end, start + passage.Text.Length);
            while (end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }
        }

        return text[end..].Trim();
    }

    private static IReadOnlyList<Passage> Cut(string text, int tokensMax = 200, int overlap = 40, int? modelMax = null, bool letters = false, string format = "markdown") =>
        new DocumentCutter(new ScriptedCounter(modelMax, letters), Options.Create(new DocumentOptions { ChunkTokens = tokensMax, OverlapTokens = overlap })).Cut(text, format);

    private static int Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>Takes words, or characters, for tokens.</summary>
    private sealed class ScriptedCounter(int? tokensMax, bool letters) : ITokenCounter
    {
        public int? TextTokensMax => tokensMax;

        public int Count(string text) => letters
            ? text.Count(letter => !char.IsWhiteSpace(letter))
            : text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
    }
}
