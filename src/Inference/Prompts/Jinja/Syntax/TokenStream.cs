using System.Runtime.CompilerServices;

namespace Pipeline.Inference.Prompts.Jinja.Syntax;

/// <summary>The tokens of a template, read from front to back.</summary>
internal sealed class TokenStream(List<Token> tokens, JinjaLimits limits)
{
    private int _at;
    private int _nesting;

    public Token Current => tokens[_at];

    public Token Next => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public Token Take()
    {
        Token token = tokens[_at];
        _at = Math.Min(_at + 1, tokens.Count - 1); // Behind the end is the end.
        return token;
    }

    public bool IsName(string name) => Current.Is(TokenKind.Name, name);

    public bool IsOperator(string sign) => Current.Is(TokenKind.Operator, sign);

    public bool SkipName(string name) => Skip(IsName(name));

    public bool SkipOperator(string sign) => Skip(IsOperator(sign));

    public Token Expect(TokenKind kind, string? text = null) =>
        Current.Kind == kind && (text is null || Current.Text == text)
            ? Take()
            : throw Error($"{Current} stands where {(text is null ? Wanted(kind) : $"'{text}'")} is wanted");

    public string ExpectName() => Expect(TokenKind.Name).Text;

    /// <summary>Reads what may have itself within it.</summary>
    public T Nested<T>(Func<T> read)
    {
        if (++_nesting > limits.NestingMax || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Error($"it nests more than {limits.NestingMax} levels deep");
        }

        T result = read();
        _nesting--;
        return result;
    }

    public JinjaException Error(string problem) => new(problem, Current.Line);

    private bool Skip(bool isThere)
    {
        if (isThere)
        {
            Take();
        }

        return isThere;
    }

    private static string Wanted(TokenKind kind) => kind switch
    {
        TokenKind.BlockEnd => "'%}'",
        TokenKind.VariableEnd => "'}}'",
        TokenKind.Name => "a name",
        _ => kind.ToString(),
    };
}
