using System.Text;

namespace Pipeline.Core.Relay;

/// <summary>What a job is expected to take from the others, in tokens, before it ran: about four bytes of UTF-8 are a token in Korean and English.</summary>
internal static class JobCost
{
    /// <summary>The same of a row of jobs, whose input may be encrypted and is then a third longer.</summary>
    public const string OfInput = """(1 + octet_length(input::text)::real * case when input::text like '"pse1:%' then 0.75 else 1 end / 4)""";

    private const int BytesPerToken = 4;

    public static float Estimate(string inputJson) => 1 + ((float)Encoding.UTF8.GetByteCount(inputJson) / BytesPerToken);
}
