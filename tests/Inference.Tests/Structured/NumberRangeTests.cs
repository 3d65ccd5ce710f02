using System.Globalization;
using System.Text;
using Pipeline.Inference.Structured;

namespace Pipeline.Inference.Tests.Structured;

public sealed class NumberRangeTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(0, 0)]
    [InlineData(20, 1000)]
    [InlineData(7, 7)]
    [InlineData(-5, 5)]
    [InlineData(-100, -100)]
    [InlineData(-149, -21)]
    [InlineData(-12, 1234)]
    [InlineData(99, 101)]
    [InlineData(1499, 1500)]
    public void Integers_are_accepted_exactly_in_range(int min, int max)
    {
        JsonGrammar inclusive = Answers.Grammar($$"""{"type":"integer","minimum":{{min}},"maximum":{{max}}}""");
        JsonGrammar exclusive = Answers.Grammar($$"""{"type":"integer","exclusiveMinimum":{{min - 1}},"exclusiveMaximum":{{max + 1}}}""");
        for (int value = -150; value <= 1500; value++)
        {
            string text = value.ToString(CultureInfo.InvariantCulture);
            Answers.Accepts(inclusive, text).ShouldBe(value >= min && value <= max, text);
            Answers.Accepts(exclusive, text).ShouldBe(value >= min && value <= max, text);
        }
    }

    [Theory]
    [InlineData("0", "1")]
    [InlineData("-0.05", "0.5")]
    [InlineData("-1.25", "-0.015")]
    [InlineData("0.333", "0.334")]
    public void Numbers_are_accepted_exactly_in_range(string min, string max)
    {
        JsonGrammar inclusive = Answers.Grammar($$"""{"type":"number","minimum":{{min}},"maximum":{{max}}}""");
        JsonGrammar exclusive = Answers.Grammar($$"""{"type":"number","exclusiveMinimum":{{min}},"exclusiveMaximum":{{max}}}""");
        decimal from = decimal.Parse(min, CultureInfo.InvariantCulture), to = decimal.Parse(max, CultureInfo.InvariantCulture);
        for (int thousandths = -1500; thousandths <= 1500; thousandths++)
        {
            decimal value = thousandths / 1000m;
            bool isNegativeZero = value == 0;
            foreach (string text in (string[])[value.ToString("0.000", CultureInfo.InvariantCulture), value.ToString("0.0##", CultureInfo.InvariantCulture)])
            {
                Answers.Accepts(inclusive, text).ShouldBe(value >= from && value <= to, text);
                Answers.Accepts(exclusive, text).ShouldBe(value > from && value < to, text);
            }

            if (isNegativeZero)
            {
                Answers.Accepts(inclusive, "-0.0").ShouldBeFalse();
            }
        }
    }

    [Theory]
    [InlineData("integer", "-9007199254740991", "9007199254740991", "999999999999999", "9999999999999999")]
    [InlineData("number", "-1.7976931348623157e308", "1.7976931348623157E+308", "99999999999999.5", "999999999999999.5")]
    [InlineData("number", "1e-14", "9e-14", "0.00000000000009", "0.0000000000001")]
    [InlineData("number", "1e-999", "1", "0.00000000000001", "0.0")]
    [InlineData("number", "-1e-999", "0", "0", "-0.00000000000001")]
    [InlineData("number", "999999999999998.5", "1e15", "999999999999999", "999999999999998")]
    [InlineData("integer", "2.5", "35e-1", "3", "2")]
    public void Bounds_beyond_the_digits_are_exact_too(string type, string min, string max, string inside, string outside)
    {
        JsonGrammar grammar = Answers.Grammar($$"""{"type":"{{type}}","minimum":{{min}},"maximum":{{max}}}""");

        Answers.Accepts(grammar, inside).ShouldBeTrue();
        Answers.Accepts(grammar, outside).ShouldBeFalse();
    }

    [Theory]
    [InlineData("integer", "20", "1000")]
    [InlineData("integer", "-2000", "-999")]
    [InlineData("number", "0.125", "0.1250001")]
    [InlineData("number", "-3.5", "12")]
    [InlineData("number", "123456789012345", "123456789012346")]
    public void Every_digit_that_is_allowed_can_be_completed(string type, string min, string max)
    {
        JsonGrammar grammar = Answers.Grammar($$"""{"type":"{{type}}","minimum":{{min}},"maximum":{{max}}}""");
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            StringBuilder text = new();
            while (true)
            {
                JsonConstraint at = Answers.After(grammar, Encoding.UTF8.GetBytes(text.ToString()))!;
                char[] next = [.. "-.0123456789".Where(digit => at.Allows(digit))];
                if (next.Length == 0 || (at.CanEnd && random.Next(8) == 0))
                {
                    at.CanEnd.ShouldBeTrue($"seed {seed}: {text}");
                    break;
                }

                text.Append(next[random.Next(next.Length)]);
            }

            decimal value = decimal.Parse(text.ToString(), CultureInfo.InvariantCulture);
            value.ShouldBeInRange(decimal.Parse(min, CultureInfo.InvariantCulture), decimal.Parse(max, CultureInfo.InvariantCulture), $"seed {seed}");
        }
    }
}
