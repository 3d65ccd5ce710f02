using System.Text;
using Pipeline.Inference.Vocabularies;

namespace Pipeline.Inference.Tests.Vocabularies;

public sealed class VocabularyTests
{
    private static readonly IEnumerable<byte[]> Bytes = Enumerable.Range(0, 256).Select(value => new[] { (byte)value });

    [Fact]
    public void No_way_to_cut_a_text_has_fewer_tokens_than_it_is_told_to_have()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        for (int round = 0; round < 200; round++)
        {
            string[] tokens = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Letters(random, random.Next(1, 9)))];
            Vocabulary vocabulary = new([.. Bytes, .. tokens.Select(Encoding.UTF8.GetBytes)], marksSpaces: false);
            string[] cut = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => tokens[random.Next(tokens.Length)])];
            string text = string.Concat(cut);

            // A prompt may have begun the first token and go on in the last one.
            string part = text[random.Next(cut[0].Length)..^random.Next(Math.Min(cut[^1].Length, Math.Max(1, text.Length - cut[0].Length)))];

            vocabulary.AtLeast(text, int.MaxValue).ShouldBeLessThanOrEqualTo(cut.Length, $"seed {seed}, round {round}");
            vocabulary.AtLeast(part, int.MaxValue).ShouldBeLessThanOrEqualTo(cut.Length, $"seed {seed}, round {round}");
            vocabulary.AtLeast(text, int.MaxValue).ShouldBe(Shortest(tokens, text), $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Counting_ends_where_it_is_enough()
    {
        Vocabulary vocabulary = new([.. Bytes, "ab"u8.ToArray()], marksSpaces: false);

        vocabulary.AtLeast(string.Concat(Enumerable.Repeat("ab", 1_000)), 10).ShouldBe(10);
        vocabulary.AtLeast(string.Concat(Enumerable.Repeat("ab", 1_000)), 10_000).ShouldBe(998);
        vocabulary.AtLeast("a", 10).ShouldBe(0);
        vocabulary.AtLeast("", 10).ShouldBe(0);
    }

    [Fact]
    public void A_space_and_its_mark_are_one_where_the_tokenizer_writes_spaces_so()
    {
        Vocabulary vocabulary = new([.. Bytes, " and"u8.ToArray()], marksSpaces: true);

        vocabulary.AtLeast(string.Concat(Enumerable.Repeat("\u2581and", 100)), int.MaxValue).ShouldBe(98);
    }

    [Fact]
    public void What_is_written_is_read_again_and_what_is_damaged_is_nothing()
    {
        Vocabulary vocabulary = new([.. Bytes, "서울"u8.ToArray(), " the"u8.ToArray()], marksSpaces: true);
        byte[] bytes = vocabulary.Write();
        string text = string.Concat(Enumerable.Repeat("서울 the ", 50));

        Vocabulary.Read(bytes)!.AtLeast(text, int.MaxValue).ShouldBe(vocabulary.AtLeast(text, int.MaxValue));
        Vocabulary.Read(bytes[..^5]).ShouldBeNull();
        Vocabulary.Read([]).ShouldBeNull();
        Vocabulary.Read([1, 2, 3]).ShouldBeNull();
    }

    [Fact]
    public void Tokens_that_do_not_make_up_every_text_say_nothing() =>
        Should.Throw<ArgumentException>(() => new Vocabulary(Bytes.Skip(1), marksSpaces: false));

    private static string Letters(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => "ab c"[random.Next(4)]));

    /// <summary>By trying every token at every place, from every place that a token from before may reach.</summary>
    private static int Shortest(string[] tokens, string text)
    {
        int reach = tokens.Max(token => token.Length);
        int[] fewest = [.. Enumerable.Range(0, text.Length + 1).Select(place => place <= reach ? 0 : int.MaxValue)];
        for (int at = 0; at < text.Length; at++)
        {
            foreach (string token in (string[])[.. tokens, text[at].ToString()])
            {
                if (string.CompareOrdinal(text, at, token, 0, token.Length) == 0 && at + token.Length <= text.Length)
                {
                    fewest[at + token.Length] = Math.Min(fewest[at + token.Length], fewest[at] + 1);
                }
            }
        }

        return text.Length <= reach ? 0 : fewest[^(reach + 1)..].Min();
    }
}
