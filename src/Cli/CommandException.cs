namespace Pipeline.Cli;

/// <summary>An expected ending of a command: a sentence for the person, with the remedy. Exit code 1.</summary>
internal sealed class CommandException(string sentence) : Exception(sentence);
