using System.Text;
using System.Text.Json;
using Pipeline.Inference.Structured;

namespace Pipeline.Inference.Tests.Structured;

/// <summary>Answers of a model that knows nothing: whatever it draws among the allowed tokens must become valid.</summary>
public sealed class RandomWalkTests
{
    private const int Seeds = 2_000;
    private const int FreeSteps = 25;
    private const int StepsMax = 2_000;

    private static readonly ByteLanguageModel Model = ByteLanguageModel.WithMerges();
    private static readonly GrammarVocabulary Vocabulary = new(Model);
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [Fact]
    public void Answers_to_made_up_schemas_are_valid()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            Check(seed, random, new RandomSchema(random).Next());
        }
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"feedback":{"type":"string","minLength":1},"score":{"type":"integer","minimum":0,"maximum":10},"is_passed":{"type":"boolean"},"improvement_suggestion":{"type":"string"}},"required":["feedback","score","is_passed","improvement_suggestion"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"thought":{"type":"string"},"action":{"enum":["FOLLOW_UP","NEW_TOPIC","NEXT_PHASE"]},"message":{"type":"string","minLength":1,"maxLength":20},"evaluation":{"anyOf":[{"type":"object","properties":{"score":{"type":"integer","minimum":0,"maximum":10}},"required":["score"]},{"type":"null"}]}},"required":["thought","action","message","evaluation"]}""")]
    [InlineData("""{"type":"object","properties":{"summary":{"type":"string"},"strengths":{"type":"array","items":{"type":"string"},"maxItems":3},"improvements":{"type":"array","items":{"type":"string"}},"recommendations":{"type":"array","items":{"type":"string"},"minItems":1},"overall_score":{"type":"integer","minimum":0,"maximum":100},"question_feedbacks":{"type":"array","items":{"$ref":"#/$defs/q"}}},"required":["summary","strengths","improvements","recommendations","overall_score","question_feedbacks"],"$defs":{"q":{"type":"object","properties":{"question":{"type":"string"},"answer_summary":{"type":"string"},"score":{"type":"integer","minimum":0,"maximum":100},"feedback":{"type":"string"}},"required":["question","answer_summary","score","feedback"]}}}""")]
    [InlineData("""{"type":"object","properties":{"emotion":{"type":"string","enum":["기쁨","슬픔","분노","joy","neutral"]},"confidence":{"type":"number","minimum":0,"maximum":1}},"required":["emotion","confidence"]}""")]
    [InlineData("""{"type":"object"}""")]
    public void Answers_to_schemas_of_the_product_are_valid(string schema)
    {
        for (int seed = 0; seed < 30; seed++)
        {
            Check(seed, new Random(seed), JsonDocument.Parse(schema).RootElement);
        }
    }

    private static void Check(int seed, Random random, JsonElement schema)
    {
        List<byte> bytes = [];
        try
        {
            Write(random, new(JsonGrammar.Compile(schema, TestContext.Current.CancellationToken), Vocabulary), bytes);
            using JsonDocument answer = JsonDocument.Parse(StrictUtf8.GetString([.. bytes]));
            SchemaValidator.Matches(answer.RootElement, schema, schema).ShouldBeTrue();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Seed {seed}: schema {schema.GetRawText()} gave {Encoding.UTF8.GetString([.. bytes])}", exception);
        }
    }

    private static void Write(Random random, JsonConstraint constraint, List<byte> answer)
    {
        for (int step = 0; !constraint.MustEnd; step++)
        {
            step.ShouldBeLessThan(StepsMax, "The answer does not end.");
            bool hurries = step >= FreeSteps;
            if (constraint.CanEnd && (hurries || random.Next(4) == 0))
            {
                return;
            }

            int[] allowed = Allowed(constraint);
            allowed.ShouldNotBeEmpty("A dead end.");
            int token = hurries ? allowed.OrderBy(Distance).First() : allowed[random.Next(allowed.Length)];
            constraint.Accept(token);
            answer.AddRange(Model.GetTokenBytes(token));
        }

        constraint.CanEnd.ShouldBeTrue();
        for (int token = 0; token < Vocabulary.Size; token += 50)
        {
            Should.Throw<InvalidOperationException>(() => constraint.Accept(token));
        }
    }

    /// <summary>Mask and Allows must agree on every token.</summary>
    private static int[] Allowed(JsonConstraint constraint)
    {
        float[] logits = new float[Vocabulary.Size];
        constraint.Mask(logits);
        List<int> allowed = [];
        for (int token = 0; token < logits.Length; token++)
        {
            if (constraint.Allows(token) != (logits[token] == 0))
            {
                throw new InvalidOperationException($"Mask and Allows disagree about token {token}.");
            }

            if (logits[token] == 0)
            {
                allowed.Add(token);
            }
        }

        return [.. allowed];
    }

    /// <summary>What closes comes first, then what ends soon; nothing is opened that need not be.</summary>
    private static int Distance(int token) => token < 256 ? "\"}]:0123456789ntfr.-aeiouls".IndexOf((char)token) switch
    {
        >= 0 and int place => place,
        _ => token is '[' or '{' or ',' or ' ' or '\\' ? 500 : 100,
    } : 1_000;
}
