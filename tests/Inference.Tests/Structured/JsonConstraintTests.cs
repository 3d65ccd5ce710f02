using System.Text;
using Pipeline.Inference.Structured;

namespace Pipeline.Inference.Tests.Structured;

public sealed class JsonConstraintTests
{
    private static readonly ByteLanguageModel Model = ByteLanguageModel.WithMerges();
    private static readonly GrammarVocabulary Vocabulary = new(Model);

    [Fact]
    public void A_token_is_allowed_when_all_its_bytes_are()
    {
        JsonConstraint constraint = Start("""{"type":"object","properties":{"score":{"type":"integer","maximum":50}},"required":["score"]}""");

        Walk(constraint, "{\"", "score", "\": ");
        constraint.Allows(Token("12")).ShouldBeTrue();
        constraint.Allows(Token("100")).ShouldBeFalse();
        constraint.Allows(Token("99}")).ShouldBeFalse();
        constraint.Allows(Token(" 7")).ShouldBeFalse("one space was written");
        Walk(constraint, "12", "}");
        constraint.CanEnd.ShouldBeTrue();
        constraint.MustEnd.ShouldBeTrue();
    }

    [Fact]
    public void Hangul_may_come_in_pieces()
    {
        JsonConstraint constraint = Start("""{"enum":["기쁨","슬픔"]}""");
        int[] pieces = ['"', TokenOf(0xEA, 0xB8), 0xB0, TokenOf(0xEC, 0x95)];

        constraint.Accept(pieces[0]);
        constraint.Allows(pieces[1]).ShouldBeTrue();
        constraint.Allows(Token("안녕")).ShouldBeFalse();
        constraint.Allows(Token("기쁨")).ShouldBeTrue();
        constraint.Accept(pieces[1]);
        constraint.Accept(pieces[2]);
        constraint.Allows(pieces[3]).ShouldBeFalse();
    }

    [Fact]
    public void A_number_may_end_or_go_on()
    {
        JsonConstraint constraint = Start("""{"type":"integer","minimum":1,"maximum":12}""");
        constraint.CanEnd.ShouldBeFalse();

        constraint.Accept('1');
        constraint.CanEnd.ShouldBeTrue();
        constraint.MustEnd.ShouldBeFalse();
        constraint.Accept('2');
        constraint.MustEnd.ShouldBeTrue();
    }

    [Fact]
    public void Control_and_end_tokens_are_never_allowed()
    {
        JsonConstraint constraint = Start("""{"type":"string"}""");
        Walk(constraint, "\"");
        float[] logits = new float[Vocabulary.Size];
        constraint.Mask(logits);

        foreach (int token in (int[])[Model.ControlToken, Model.EndToken])
        {
            constraint.Allows(token).ShouldBeFalse();
            logits[token].ShouldBe(float.NegativeInfinity);
        }

        constraint.Allows(-1).ShouldBeFalse();
        constraint.Allows(Vocabulary.Size).ShouldBeFalse();
    }

    [Fact]
    public void Accepting_what_is_forbidden_throws_and_changes_nothing()
    {
        JsonConstraint constraint = Start("""{"type":"string"}""");
        Walk(constraint, "\"", "the");

        Should.Throw<InvalidOperationException>(() => constraint.Accept('\n')).Message.ShouldContain("Token 10");
        Should.Throw<InvalidOperationException>(() => constraint.Accept(Model.EndToken));
        Walk(constraint, " ok", "\"");
        constraint.MustEnd.ShouldBeTrue();
    }

    [Fact]
    public void The_mask_leaves_the_other_logits_as_they_are()
    {
        JsonConstraint constraint = Start("""{"type":"string","maxLength":2}""");
        Walk(constraint, "\"");
        float[] logits = [.. Enumerable.Range(0, Vocabulary.Size).Select(token => token + 0.5f)];

        constraint.Mask(logits);

        logits[Token("가")].ShouldBe(Token("가") + 0.5f);
        logits[Token("the")].ShouldBe(float.NegativeInfinity);
        Should.Throw<ArgumentException>(() => constraint.Mask(new float[7]));
    }

    [Fact]
    public void A_vocabulary_that_cannot_write_every_byte_is_refused() =>
        Should.Throw<InferenceException>(() => new GrammarVocabulary(new Prompts.FakeLanguageModel { Info = Model.Info with { VocabularySize = 200 } }))
            .Message.ShouldContain("0xC8");

    private static JsonConstraint Start(string schema) => new(Answers.Grammar(schema), Vocabulary);

    private static void Walk(JsonConstraint constraint, params string[] tokens)
    {
        foreach (string token in tokens)
        {
            constraint.Accept(Token(token));
        }
    }

    private static int Token(string text) => TokenOf(Encoding.UTF8.GetBytes(text));

    private static int TokenOf(params byte[] bytes) =>
        Enumerable.Range(0, Vocabulary.Size).First(token => Model.GetTokenBytes(token).AsSpan().SequenceEqual(bytes));
}
