using System.Text;
using Pipeline.Inference.Generation;

namespace Pipeline.Inference.Tests.Generation;

public sealed class StopTextTests
{
    [Fact]
    public void Characters_split_over_tokens_come_whole()
    {
        StopText text = new([]);
        byte[] bytes = Encoding.UTF8.GetBytes("안녕 😀!");
        string[] pieces = [.. bytes.Select(value => text.Append([value]))];
        string.Concat(pieces).ShouldBe("안녕 😀!");
        pieces.ShouldAllBe(piece => !piece.Contains('\uFFFD') && !char.IsHighSurrogate(piece.LastOrDefault()));
    }

    [Fact]
    public void Half_a_character_at_the_end_is_dropped()
    {
        StopText text = new([]);
        text.Append(Encoding.UTF8.GetBytes("안녕").AsSpan(0, 5)).ShouldBe("안");
        text.Flush().ShouldBe("");
        text.Text.ShouldBe("안");
    }

    [Fact]
    public void Text_ends_before_a_stop_string_that_came_in_pieces()
    {
        StopText text = new(["###", "끝."]);
        text.Append("one #"u8).ShouldBe("one ");
        text.Append("#"u8).ShouldBe("");
        text.Append("# two"u8).ShouldBe("");
        text.IsStopped.ShouldBeTrue();
        text.Append("three"u8).ShouldBe("");
        text.Flush().ShouldBe("");
        text.Text.ShouldBe("one ");
    }

    [Fact]
    public void What_only_began_a_stop_string_is_released()
    {
        StopText text = new(["###"]);
        text.Append("a ##"u8).ShouldBe("a ");
        text.Append("b"u8).ShouldBe("##b");
        text.Append("#"u8).ShouldBe("");
        text.Flush().ShouldBe("#");
        text.IsStopped.ShouldBeFalse();
    }

    [Fact]
    public void First_of_several_stop_strings_counts()
    {
        StopText text = new(["later", "now"]);
        text.Append("x now or later"u8).ShouldBe("x ");
    }
}
