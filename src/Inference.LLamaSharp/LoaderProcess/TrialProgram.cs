using System.Runtime.InteropServices;
using LLama.Native;
using Microsoft.Extensions.Options;
using Pipeline.Confined;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp.LoaderProcess;

/// <summary>
/// The program that <see cref="LoaderTrial"/> starts: does with one file what a worker does before its first job, on the CPU and in the
/// smallest sizes. Where native code ends the process, that is the answer.
/// </summary>
internal static partial class TrialProgram
{
    // Of a batch, and of the prompt in it: enough for the kernels that take several rows at once, and soon computed by one thread.
    private const int Tokens = 32;
    private const int PromptTokens = 8;

    // Letters, digits, marks, Hangul and a character of four bytes: what tokenizers treat apart.
    private const string Sample = "It's 10 times\tbetter, don't you think?\n\n  오늘은 정말 행복해요! 😀";

    public static int Run(string[] args)
    {
        if (TrialRequest.Read(args) is not { } request)
        {
            Console.Error.WriteLine("Pipeline's workers start this to try one model file. Arguments: seconds of CPU, bytes of memory, whether it embeds, whether it is mapped, the file, its adapters.");
            return (int)TrialEnd.Misused;
        }

        EndWithParent();
        OfferToKernel();

        // The library of the CPU, also where there is one of the GPU: a trial takes nothing of its memory.
        NativeLibraryConfig.All.WithCuda(false).WithVulkan(false);
        LLamaSharpModelLoader loader = new(Options.Create(new InferenceOptions()), TimeProvider.System, new StandardErrorLog()) { AdapterLoads = path => Say(TrialStages.Adapter + path) };
        try
        {
            _ = loader.FindAccelerators(); // Loads the library, which opens files and may start programs.
            Confinement.Apply(request.CpuSecondsMax, request.DataBytesMax);
            Say(TrialStages.Loading);
            Try(loader, request);
            return (int)TrialEnd.Loaded;
        }
#pragma warning disable CA1031 // Whatever is thrown over a file that comes from anywhere says that it cannot be used.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            (string problem, string remedy) = exception is ModelLoadException refused
                ? (refused.Problem, refused.Remedy)
                : ($"The model file {request.Path} cannot be used: {exception.Message.TrimEnd('.')}.", "Copy or download it again, or convert it again.");
            Say(OneLine(problem));
            Say(OneLine(remedy));
            return (int)TrialEnd.Refused;
        }
    }

    private static void Try(LLamaSharpModelLoader loader, TrialRequest request)
    {
        using ILanguageModel model = loader.Load(request.Path, request.Parameters);
        Say(TrialStages.Vocabulary);
        for (int token = 0; token < model.Info.VocabularySize; token++)
        {
            _ = model.GetTokenBytes(token);
        }

        int[] tokens = Take(request.Parameters.IsForEmbeddings ? model.TokenizeInput(Sample) : model.Tokenize(Sample, parseControlTokens: true));
        if (request.Parameters.IsForEmbeddings)
        {
            Say(TrialStages.Computing);
            using IEmbeddingEncoder encoder = model.CreateEncoder(new(new EncoderLimits(BatchTokens: Tokens, SequencesMax: 2), Threads: 1));
            _ = encoder.Encode([tokens], CancellationToken.None);
            return;
        }

        Render(model);
        Say(TrialStages.Computing);
        using IDecoder decoder = model.CreateDecoder(new(new(ContextTokens: 256, BatchTokens: Tokens, SequencesMax: 2, OutputsMax: 2), Threads: 1));
        for (int adapter = 0; adapter <= request.Parameters.Adapters.Count; adapter++)
        {
            if (adapter > 0)
            {
                Say(TrialStages.Adapter + request.Parameters.Adapters[adapter - 1].Path);
            }

            decoder.UseAdapter(adapter);
            Decode(decoder, tokens, position: 0); // A prompt, and a token behind it: they take different ways through the library.
            Decode(decoder, tokens[..1], position: tokens.Length);
            decoder.RemoveSequence(0, 0, int.MaxValue);
        }
    }

    private static void Decode(IDecoder decoder, int[] tokens, int position)
    {
        DecodeBatch batch = new(tokens.Length);
        for (int i = 0; i < tokens.Length; i++)
        {
            batch.Add(tokens[i], position + i, 0, wantsLogits: i == tokens.Length - 1);
        }

        if (decoder.Decode(batch, CancellationToken.None) is not Decoding.DecodeResult.Ok and var result)
        {
            throw new InferenceException($"its first pass ended as {result}");
        }

        _ = decoder.GetLogits(tokens.Length - 1).Length;
    }

    /// <summary>A model without a template can still embed and be asked otherwise.</summary>
    private static void Render(ILanguageModel model)
    {
        try
        {
            _ = model.Tokenize(model.ApplyChatTemplate([new("system", Sample), new("user", Sample)], addAssistantHeader: true), parseControlTokens: true);
        }
        catch (InferenceException)
        {
        }
    }

    private static int[] Take(int[] tokens) => tokens.Length is 0 ? [0] : tokens[..Math.Min(tokens.Length, PromptTokens)];

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    private static string OneLine(string text) => new([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);

    /// <summary>Nobody else would end a file that hangs once the worker is gone, until the bound of CPU does.</summary>
    private static void EndWithParent() => new Thread(() =>
    {
        _ = Console.OpenStandardInput().ReadByte(); // Nothing is ever sent: it returns when the other side is closed.
        EndAtOnce((int)TrialEnd.Misused);
    })
    { IsBackground = true }.Start();

    /// <summary>Where memory runs out, this process is the one to go.</summary>
    private static void OfferToKernel()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not on Linux, or not allowed to.
        }
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void EndAtOnce(int code);
}
