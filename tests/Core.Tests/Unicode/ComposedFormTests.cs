using System.Globalization;
using Dapper;
using Pipeline.Contracts.Unicode;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Unicode;

/// <summary>Against PostgreSQL's normalize(), which has its own tables. What Unicode has once decided never changes, so newer servers agree.</summary>
public sealed class ComposedFormTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly string[] Known = [.. File.ReadLines(RepositoryFiles.Path("src", "Contracts", "Unicode", "canonical.txt")).Where(line => line[0] is not '#')];

    [Fact]
    public async Task Every_character_that_has_another_form_is_composed_as_the_database_does()
    {
        string[] texts =
        [
            .. Known.Where(line => line[0] is not '@').SelectMany(line => (string[])[Text(line.Split('=', ':')[0]), Text(line.Split('=', ':')[1].Split(' '))]),
            .. Enumerable.Range(0xAC00, 11_172).Select(syllable => Decomposed((char)syllable)),
        ];

        await CompareAsync(texts);
    }

    [Fact]
    public async Task Marks_in_any_order_are_composed_as_the_database_does()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        int[] marks = [.. Known.Where(line => line[0] is '@').SelectMany(line => line[1..].Split(' ') is var range ? Enumerable.Range(Hex(range[0]), Hex(range[1]) - Hex(range[0]) + 1) : [])];
        // Without U+11A7, which stands for no final consonant: PostgreSQL 15 takes it for one and drops it.
        int[] others = [.. Enumerable.Range('a', 26), .. Enumerable.Range(0x1100, 19), .. Enumerable.Range(0x1161, 21), .. Enumerable.Range(0x11A8, 27), 0xAC00, 0xAC01, 0xC5, 0x1EA5, 0x9C7, 0x9BE, 0x3042, 0x1F600];

        await CompareAsync(Enumerable.Range(0, 20_000).Select(_ => string.Concat(Enumerable.Range(0, random.Next(2, 8))
            .Select(_ => char.ConvertFromUtf32(random.Next(2) is 0 ? marks[random.Next(marks.Length)] : others[random.Next(others.Length)])))));
    }

    [Fact]
    public void A_text_of_nothing_but_marks_is_sorted_in_no_time()
    {
        var marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 500_000));

        ComposedForm.Of("a" + marks).Length.ShouldBe(1_000_000);
    }

    [Fact]
    public void Composed_text_is_returned_as_it_is()
    {
        foreach (var text in (string[])["", "plain", "메모리는 휘발성이다.", "déjà vu", "怖くて眠れない 😀", "a lone \ud800 surrogate"])
        {
            ReferenceEquals(ComposedForm.Of(text), text).ShouldBeTrue(text);
        }

        ComposedForm.Of("\ud800\u1106\u1166").ShouldBe("\ud800메");
    }

    private async Task CompareAsync(IEnumerable<string> texts)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var rows = (await connection.QueryAsync<(string Text, string Composed)>(
            "select text, normalize(text, nfc) from unnest(@Texts::text[]) as text", new { Texts = texts.ToArray() })).AsList();
        rows.Count.ShouldBeGreaterThan(10_000);
        rows.Where(row => ComposedForm.Of(row.Text) != row.Composed).Select(row => Codes(row.Text)).Take(10).ShouldBeEmpty();
        rows.Where(row => ComposedForm.Of(row.Composed) != row.Composed).ShouldBeEmpty();
        rows.Where(row => ComposedForm.IsComposed(row.Text) && row.Text != row.Composed).ShouldBeEmpty();
    }

    private static string Decomposed(char syllable)
    {
        var index = syllable - 0xAC00;
        return $"{(char)(0x1100 + (index / 588))}{(char)(0x1161 + (index / 28 % 21))}{(index % 28 is > 0 and var final ? ((char)(0x11A7 + final)).ToString() : "")}";
    }

    private static string Text(params string[] codes) => string.Concat(codes.Select(code => char.ConvertFromUtf32(Hex(code))));

    private static string Codes(string text) => string.Join(' ', text.EnumerateRunes().Select(rune => rune.Value.ToString("X", CultureInfo.InvariantCulture)));

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
