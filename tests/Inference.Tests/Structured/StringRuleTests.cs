using System.Buffers;
using System.Text;
using Pipeline.Inference.Structured;
using Pipeline.Inference.Structured.Rules;

namespace Pipeline.Inference.Tests.Structured;

public sealed class StringRuleTests
{
    [Fact]
    public void Every_character_of_Unicode_is_one_character()
    {
        byte[] buffer = new byte[4];
        List<int> refused = [];
        for (int value = 0x20; value <= 0x10FFFF; value++)
        {
            if (Rune.IsValid(value) && StringRule.CountInside(buffer.AsSpan(0, new Rune(value).EncodeToUtf8(buffer))) != 1)
            {
                refused.Add(value);
            }
        }

        refused.ShouldBe(['"']);
    }

    [Fact]
    public void Bytes_are_allowed_exactly_as_far_as_they_are_UTF_8()
    {
        const int seed = 7;
        Random random = new(seed);
        byte[] leads = [0x41, 0x80, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEA, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF];
        byte[] tails = [0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0];
        for (int i = 0; i < 100_000; i++)
        {
            byte[] bytes = [leads[random.Next(leads.Length)], .. random.GetItems(tails, random.Next(4))];

            OperationStatus status = OperationStatus.Done;
            for (ReadOnlySpan<byte> rest = bytes; rest.Length > 0 && status == OperationStatus.Done;)
            {
                status = Rune.DecodeFromUtf8(rest, out _, out int consumed);
                rest = rest[consumed..];
            }

            // What is only too short may still become a character.
            (StringRule.CountInside(bytes) is not null).ShouldBe(status != OperationStatus.InvalidData, $"seed {seed}: {Convert.ToHexString(bytes)}");
        }
    }

    [Fact]
    public void A_token_may_end_within_a_character_and_the_string_may_not()
    {
        JsonGrammar grammar = Answers.Grammar("""{"type":"string","maxLength":1}""");
        byte[] ga = Encoding.UTF8.GetBytes("가");

        JsonConstraint cut = Answers.After(grammar, [(byte)'"', ga[0], ga[1]])!;
        cut.Allows('"').ShouldBeFalse();
        cut.Allows('a').ShouldBeFalse();
        cut.Allows(ga[2]).ShouldBeTrue();
        cut.Accept(ga[2]);
        cut.Allows(ga[0]).ShouldBeFalse();
        cut.Allows('\\').ShouldBeFalse();
        cut.Allows('"').ShouldBeTrue();
    }
}
