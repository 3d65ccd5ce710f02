namespace Pipeline.Core.Clients;

/// <summary>What a client may be named: something that reads well in a list and needs no quotes in a shell or a path.</summary>
public static class ClientNames
{
    public const int LengthMax = 64;

    public const string Rule = "use 1 to 64 letters, digits, '.', '-' and '_'";

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= LengthMax && name.All(letter => char.IsLetterOrDigit(letter) || letter is '.' or '-' or '_');
}
