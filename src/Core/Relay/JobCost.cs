using System.Text;

namespace Pipeline.Core.Relay;

/// <summary>What a job is expected to take from the others, in tokens, before it ran: about four bytes of UTF-8 are a token in Korean and English.</summary>
internal static class JobCost
{
    public const int BytesPerToken = 4;

    public static float Estimate(string inputJson) => 1 + ((float)Encoding.UTF8.GetByteCount(inputJson) / BytesPerToken);
}
