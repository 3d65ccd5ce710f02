using LLama;
using LLama.Common;
using LLama.Native;

namespace Pipeline.Inference.LLamaSharp.Tests;

/// <summary>LLamaSharp's own way to an answer: its context for one sequence, and llama.cpp's greedy sampler.</summary>
internal static class NativeGreedy
{
    /// <summary>Tokens that follow the prompt, also past the end of the turn, and by how much each was ahead of the second best.</summary>
    public static (int Token, float Lead)[] Generate(string modelPath, int[] prompt, int count)
    {
        _ = TestEngine.Loader.FindAccelerators(); // Loads the native library as the engine does.
        ModelParams parameters = new(modelPath) { GpuLayerCount = 0, Threads = 1, BatchThreads = 1 };
        using LLamaWeights model = LLamaWeights.LoadFromFile(parameters);
        using LLamaContext context = model.CreateContext(parameters);
        using SafeLLamaSamplerChainHandle sampler = SafeLLamaSamplerChainHandle.Create(LLamaSamplerChainParams.Default());
        sampler.AddGreedySampler();
        LLamaBatch batch = new();
        List<(int Token, float Lead)> answer = [];
        int[] next = prompt;
        for (int position = 0; answer.Count < count; next = [answer[^1].Token])
        {
            batch.Clear();
            for (int i = 0; i < next.Length; i++)
            {
                batch.Add(next[i], position++, LLamaSeqId.Zero, logits: i == next.Length - 1);
            }

            context.Decode(batch).ShouldBe(DecodeResult.Ok);
            float[] logits = context.NativeHandle.GetLogitsIth(next.Length - 1).ToArray();
            int token = (int)sampler.Sample(context.NativeHandle, -1);
            answer.Add((token, logits[token] - logits.Where((_, other) => other != token).Max()));
        }

        return [.. answer];
    }
}
