using System.CommandLine;

namespace Pipeline.Cli.Commands;

/// <summary>What a key may be named: something that reads well in a list and needs no quotes in a shell.</summary>
internal static class ClientNames
{
    public const int LengthMax = 64;

    public static Argument<string> Argument(string description)
    {
        var name = new Argument<string>("NAME") { Description = description };
        name.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<string>() ?? "";
            if (!IsValid(value))
            {
                result.AddError($"'{value}' is no name: use 1 to {LengthMax} letters, digits, '.', '-' and '_'.");
            }
        });
        return name;
    }

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= LengthMax && name.All(letter => char.IsLetterOrDigit(letter) || letter is '.' or '-' or '_');
}
