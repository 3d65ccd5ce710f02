using Pipeline.Inference.Generation;

namespace Pipeline.Inference.Tests.Generation;

public sealed class ThoughtsTests
{
    [Theory]
    [InlineData("<think>I see.</think>\n\nYes", "I see.", "Yes")]
    [InlineData("\n<think>\n</think>네", "\n", "네")]
    [InlineData("No thoughts, <think> or not", "", "No thoughts, <think> or not")]
    [InlineData("<think>cut in the mid", "cut in the mid", "")]
    [InlineData("<thin", "", "<thin")]
    [InlineData("a</think>b", "", "a</think>b")]
    public void Thoughts_and_answer_are_separated_however_they_are_cut(string output, string thought, string answer)
    {
        for (int size = 1; size <= output.Length; size++)
        {
            Thoughts thoughts = new();
            List<Separated> pieces = [.. output.Chunk(size).Select(piece => thoughts.Append(new string(piece))), thoughts.Flush()];
            string.Concat(pieces.Select(piece => piece.Thought)).ShouldBe(thought);
            string.Concat(pieces.Select(piece => piece.Answer)).ShouldBe(answer);
        }
    }
}
