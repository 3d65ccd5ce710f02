using System.Runtime.InteropServices;
using Pipeline.Inference.LlamaCpp.Native;

namespace Pipeline.Inference.LlamaCpp.Tests;

/// <summary>llama.cpp's own way to an answer: its context for one sequence, and its greedy sampler.</summary>
internal static unsafe class NativeGreedy
{
    /// <summary>Tokens that follow the prompt, also past the end of the turn, and by how much each was ahead of the second best.</summary>
    public static (int Token, float Lead)[] Generate(string modelPath, int[] prompt, int count)
    {
        nint library = NativeLibrary.Load(Path.Combine(LibraryDirectory.Find(TestEngine.LibraryDirectory, AppContext.BaseDirectory), LibraryDirectory.LlamaFile));
        var createSampler = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "llama_sampler_init_greedy");
        var sample = (delegate* unmanaged<nint, nint, int, int>)NativeLibrary.GetExport(library, "llama_sampler_sample");
        var freeSampler = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "llama_sampler_free");

        using ModelHandle model = LlamaApi.llama_model_load_from_file(modelPath, LlamaApi.llama_model_default_params());
        LlamaContextParams parameters = LlamaApi.llama_context_default_params();
        (parameters.Threads, parameters.ThreadsBatch) = (1, 1);
        int vocabularySize = LlamaApi.llama_vocab_n_tokens(LlamaApi.llama_model_get_vocab(model));
        using ContextHandle context = LlamaApi.llama_init_from_model(model, parameters);
        LlamaBatch batch = LlamaApi.llama_batch_init(prompt.Length, embeddingSize: 0, sequencesMax: 1);
        nint sampler = createSampler();
        try
        {
            List<(int Token, float Lead)> answer = [];
            int[] next = prompt;
            for (int position = 0; answer.Count < count; next = [answer[^1].Token])
            {
                batch.TokensCount = next.Length;
                for (int i = 0; i < next.Length; i++)
                {
                    (batch.Tokens[i], batch.Positions[i], batch.SequenceCounts[i]) = (next[i], position++, 1);
                    (batch.Sequences[i][0], batch.WantsLogits[i]) = (0, (sbyte)(i == next.Length - 1 ? 1 : 0));
                }

                LlamaApi.llama_decode(context, batch).ShouldBe(0);
                float[] logits = new ReadOnlySpan<float>(LlamaApi.llama_get_logits_ith(context, next.Length - 1), vocabularySize).ToArray();
                int token = sample(sampler, context.DangerousGetHandle(), -1);
                answer.Add((token, logits[token] - logits.Where((_, other) => other != token).Max()));
            }

            return [.. answer];
        }
        finally
        {
            freeSampler(sampler);
            LlamaApi.llama_batch_free(batch);
        }
    }
}
