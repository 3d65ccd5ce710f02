namespace Pipeline.Contracts;

/// <summary>A token of an answer, and how probable the model found it.</summary>
/// <param name="Token">Its text; a character of several tokens shows as a replacement character in each.</param>
/// <param name="Bytes">Its UTF-8 bytes.</param>
/// <param name="Logprob">Natural logarithm of its probability; -9999 for none.</param>
/// <param name="TopLogprobs">The most probable tokens at its place, the most probable first; as many as were asked for.</param>
public sealed record TokenLogprob(string Token, byte[] Bytes, double Logprob, IReadOnlyList<TopLogprob> TopLogprobs);

/// <summary>A token that could have been.</summary>
public sealed record TopLogprob(string Token, byte[] Bytes, double Logprob);
