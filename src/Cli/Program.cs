using Pipeline.Cli;

// Ctrl-C reaches the commands through the token that the command line library passes them.
return await CommandLine.RunAsync(args, CliEnvironment.OfProcess(), CancellationToken.None);
