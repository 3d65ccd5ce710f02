using System.Runtime.InteropServices;

namespace Pipeline.Inference.LlamaCpp.Native;

/// <summary>llama_context_params, 160 bytes. Field order is the ABI; <see cref="StructCheck"/> guards it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaContextParams
{
    public uint ContextTokens;
    public uint BatchTokens;
    public uint MicroBatchTokens;
    public uint SequencesMax;
    public uint RecurrentSnapshots;
    public uint OutputsMax;
    public uint OutputsMaxPerSequence;
    public int Threads;
    public int ThreadsBatch;
    public int ContextType;
    public int RopeScalingType;
    public int PoolingType;
    public int AttentionType;
    public int FlashAttentionType;
    public float RopeFrequencyBase;
    public float RopeFrequencyScale;
    public float YarnExtFactor;
    public float YarnAttnFactor;
    public float YarnBetaFast;
    public float YarnBetaSlow;
    public uint YarnOriginalContext;
    public float DefragmentThreshold;
    public void* EvalCallback;
    public void* EvalCallbackData;
    public int TypeK;
    public int TypeV;
    public void* AbortCallback;
    public void* AbortCallbackData;
    public byte Embeddings;
    public byte OffloadKqv;
    public byte NoPerf;
    public byte OpOffload;
    public byte SwaFull;
    public byte KvUnified;
    public void* Samplers;
    public nuint SamplersCount;
    public void* OtherContext;
}
