using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipeline.Core.Clients;
using Pipeline.Core.Limits;

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

    /// <summary>A limit by its name with dashes: a number, or <c>none</c>, which ends it.</summary>
    public static Option<LimitValue?> Limit(string name, long max)
    {
        var option = $"--{name.Replace('_', '-')}";
        return new(option)
        {
            Description = LimitDescriptions[name],
            HelpName = "NUMBER",
            CustomParser = result =>
            {
                if (Word(result) is "none")
                {
                    return new(null);
                }

                if (long.TryParse(Word(result), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= max)
                {
                    return new(number);
                }

                result.AddError($"{option} takes a whole number from 1 to {max.ToString(CultureInfo.InvariantCulture)}, or none.");
                return null;
            },
        };
    }

    private static readonly Dictionary<string, string> LimitDescriptions = new()
    {
        [LimitName.RequestsPerMinute] = "Requests in a minute.",
        [LimitName.JobsInFlight] = "Jobs that are with the broker or a worker at once; further ones wait.",
        [LimitName.WaitingJobs] = "Jobs that wait in the database.",
        [LimitName.TokensPerDay] = "Tokens, in and out, of the jobs of a day (UTC).",
        [LimitName.TokensPerMonth] = "The same of a month (UTC).",
        [LimitName.BatchJobs] = "Jobs in one batch.",
    };

    private static string Word(ArgumentResult result) => result.Tokens is [var token] ? token.Value : "";
}

/// <param name="Value">Null: none.</param>
internal sealed record LimitValue(long? Value);
