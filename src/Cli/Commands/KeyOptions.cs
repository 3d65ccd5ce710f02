using System.CommandLine;
using System.CommandLine.Parsing;
using Pipeline.Core.Clients;

namespace Pipeline.Cli.Commands;

/// <summary>What the verbs of <c>keys</c> take, refused before anything is asked of the database.</summary>
internal static class KeyOptions
{
    public static Argument<string> Name(string description)
    {
        var name = new Argument<string>("NAME") { Description = description };
        name.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<string>() ?? "";
            if (!ClientNames.IsValid(value))
            {
                result.AddError($"'{value}' is no name: {ClientNames.Rule}.");
            }
        });
        return name;
    }

    public static Option<Role?> Role() => new("--role")
    {
        Description = "client (default), operator or admin; the first key is an admin's.",
        HelpName = "ROLE",
        CustomParser = result =>
        {
            var role = RoleWords.Parse(Word(result));
            if (role is null)
            {
                result.AddError($"--role takes one of {string.Join(", ", RoleWords.All)}.");
            }

            return role;
        },
    };

    /// <param name="max">The longest, in whole days.</param>
    public static Option<TimeSpan?> Duration(string name, string description, TimeSpan max, bool canBeZero) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            var duration = KeyTimes.Parse(Word(result));
            if (duration is null || duration > max || (duration == TimeSpan.Zero && !canBeZero))
            {
                result.AddError($"{name} takes a whole number with s, m, h or d, such as 24h, and at most {max.TotalDays:0}d.");
            }

            return duration;
        },
    };

    private static string Word(ArgumentResult result) => result.Tokens is [var token] ? token.Value : "";
}
