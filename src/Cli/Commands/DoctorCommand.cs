using System.CommandLine;
using Pipeline.Cli.Doctor;

namespace Pipeline.Cli.Commands;

/// <summary><c>doctor</c>: looks at the servers that the environment names, and says what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var processes = new Option<int>("--processes")
        {
            Description = "How many processes of the pipeline share the database; their connections have to fit.",
            DefaultValueFactory = _ => 4,
        };
        var command = new Command("doctor", "Checks the servers of Postgres__ConnectionString and Broker__Url, and this machine; says what to do.") { processes };
        command.Do(environment, async (parsed, cancellationToken) =>
        {
            List<Finding> findings =
            [
                .. await new PostgresCheckup(environment, parsed.GetValue(processes)).RunAsync(cancellationToken),
                .. await new BrokerCheckup(environment).RunAsync(cancellationToken),
                .. MachineCheckup.Run(environment),
            ];
            FindingList.Write(environment.Out, findings);
            return findings.Exists(finding => finding.Level is FindingLevel.Bad) ? ExitCodes.Failure : ExitCodes.Success;
        });
        return command;
    }
}
