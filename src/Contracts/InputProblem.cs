namespace Pipeline.Contracts;

/// <summary>One thing wrong with an input.</summary>
/// <param name="Field">The JSON path of the field below the input, for example <c>text</c> or <c>messages[2].content</c>.</param>
/// <param name="Message">What is wrong, the current value where it helps, and what to change.</param>
public readonly record struct InputProblem(string Field, string Message);
