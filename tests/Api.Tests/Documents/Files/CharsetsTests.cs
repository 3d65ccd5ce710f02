using System.Text;
using Pipeline.Api.Documents.Files;

namespace Pipeline.Api.Tests.Documents.Files;

public sealed class CharsetsTests
{
    private const string Korean = "반품은 삼십 일 안에 됩니다. DB를 켠 뒤에 하세요.";
    private const string Western = "Käse für naïve Gäste: déjà vu, señor.";

    public static TheoryData<string, string, int> Texts => new()
    {
        { "UTF-8", Korean, 65001 },
        { "UTF-8", "plain words", 65001 },
        { "UTF-16", Korean, 1200 },
        { "UTF-16 of Western text", Western, 1200 },
        { "UTF-16, most significant byte first", Korean, 1201 },
        { "CP949", Korean, 949 },
        { "CP949 with syllables beyond EUC-KR", "똠방각하와 펲시콜라를 좋아하는 사람들이 모여서 이야기를 나누었습니다.", 949 },
        { "Latin-1", Western, 1252 },
        { "Latin-1 with few letters beyond ASCII", "A café is a place where coffee is drunk.", 1252 },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_is_read_as_its_bytes_look(string what, string text, int codePage) =>
        Charsets.Decode(Encoded(text, codePage), declared: null, isPage: false).ShouldBe(text, what);

    [Theory]
    [InlineData(65001)]
    [InlineData(1200)]
    [InlineData(1201)]
    public void A_byte_order_mark_says_what_follows(int codePage)
    {
        byte[] marked = [.. Encoding.GetEncoding(codePage).GetPreamble(), .. Encoded("日本", codePage)];
        Charsets.Decode(marked, declared: "latin1", isPage: false).ShouldBe("日本");
    }

    [Fact]
    public void What_the_sender_says_counts_where_the_bytes_allow_it()
    {
        Charsets.Decode(Encoded("日本語", 932), "shift_jis", isPage: false).ShouldBe("日本語");
        Charsets.Decode(Encoded(Korean, 949), "utf-8", isPage: false).ShouldBe(Korean);
        Charsets.Decode(Encoded("<meta charset=euc-kr><p>가", 949), declared: null, isPage: true).ShouldBe("<meta charset=euc-kr><p>가");
        Charsets.Decode(Encoded("x", 65001), "no-such-thing", isPage: false).ShouldBe("x");
    }

    [Fact]
    public void Bytes_that_are_no_characters_are_no_text()
    {
        var bytes = new byte[4_000];
        new Random(3).NextBytes(bytes);
        Charsets.Decode(bytes, declared: null, isPage: false).ShouldBeNull();
        Charsets.Decode("a\0b"u8, declared: "utf-8", isPage: false).ShouldBeNull();
    }

    private static byte[] Encoded(string text, int codePage) =>
        (CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? Encoding.GetEncoding(codePage)).GetBytes(text);
}
