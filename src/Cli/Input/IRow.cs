namespace Pipeline.Cli.Input;

/// <summary>One line of a file of texts.</summary>
internal interface IRow
{
    /// <summary>What a line looks like, for error messages.</summary>
    static abstract string Example { get; }

    /// <summary>What is wrong with this row, or null.</summary>
    string? Problem();
}
