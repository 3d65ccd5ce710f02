using System.Buffers.Binary;
using System.Globalization;

namespace Pipeline.Core.Jobs;

/// <summary>The day of acceptance (UTC) is the key of the partitions of <c>jobs</c>; UUIDv7 ids carry it in their first 48 bits.</summary>
public static class JobDays
{
    private const string Format = "yyyyMMdd";
    private const string Prefix = "jobs_";

    /// <summary>The partition of a day.</summary>
    public static string Partition(DateOnly day) => Prefix + day.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>The day of a partition; null for the one of all other days.</summary>
    public static DateOnly? Day(string partition) =>
        DateOnly.TryParseExact(partition.AsSpan(Prefix.Length), Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>The moment at which a day begins.</summary>
    public static DateTimeOffset Start(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    /// <summary>The least id that a job accepted at this moment, or later, can have.</summary>
    public static Guid Floor(DateTimeOffset time) => Floor(time.ToUnixTimeMilliseconds());

    /// <summary>
    /// The least id of jobs that belong to something with a UUIDv7 of its own. A day less than that id tells: clocks are set back.
    /// </summary>
    public static Guid FloorOfPartsOf(Guid id) => Floor(Milliseconds(id) - (long)TimeSpan.FromDays(1).TotalMilliseconds);

    /// <summary>When a UUIDv7 was made.</summary>
    public static DateTimeOffset TimeOf(Guid id) => DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds(id));

    private static long Milliseconds(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
    }

    private static Guid Floor(long milliseconds)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Max(0, milliseconds) << 16);
        return new(bytes, bigEndian: true);
    }
}
