namespace Pipeline.Inference.Prompts;

/// <summary>A rendered conversation as tokens.</summary>
/// <param name="Tokens">The prompt, BOS included, up to where the answer begins.</param>
/// <param name="SharedTokens">Leading tokens that do not depend on the last user text; worth keeping in the prefix cache.</param>
/// <param name="Answers">Tokens of each candidate answer, to be appended to <paramref name="Tokens"/>.</param>
internal sealed record TokenizedChat(int[] Tokens, int SharedTokens, IReadOnlyList<int[]> Answers);
