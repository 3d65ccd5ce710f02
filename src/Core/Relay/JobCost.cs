using System.Text;

namespace Pipeline.Core.Relay;

/// <summary>
/// The length of a job's input in tokens, by a rule of thumb: about four bytes of UTF-8 are a token in Korean and English. Kept with the job
/// while it waits; what it is charged is that times what was measured of its kind until its turn (<see cref="Usage.KindCost"/>).
/// </summary>
internal static class JobCost
{
    /// <summary>The same of a row of jobs, whose input may be encrypted and is then a third longer.</summary>
    public const string OfInput = """(1 + octet_length(input::text)::real * case when input::text like '"pse1:%' then 0.75 else 1 end / 4)""";

    private const int BytesPerToken = 4;

    public static float Estimate(string inputJson) => 1 + ((float)Encoding.UTF8.GetByteCount(inputJson) / BytesPerToken);
}
