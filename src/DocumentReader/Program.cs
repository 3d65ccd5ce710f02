using Pipeline.DocumentReader;

return Reading.Run(args, Console.OpenStandardInput(), Console.OpenStandardOutput());
