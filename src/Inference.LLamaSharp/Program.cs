using Pipeline.Inference.LLamaSharp.LoaderProcess;

return TrialProgram.Run(args);
