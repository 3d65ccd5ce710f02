namespace Pipeline.Core.ActivityReports;

/// <summary>Days of a time zone as moments. A day has 23 to 25 hours, and where clocks change at midnight it begins at another time.</summary>
public static class ActivityDays
{
    /// <summary>No job is older: the ids of jobs count from 1970 on. A day later, so that it is over in every time zone.</summary>
    public static DateOnly First { get; } = new(1970, 1, 2);

    /// <summary>The first moment of the day, with the offset that counts then.</summary>
    public static DateTimeOffset Start(DateOnly day, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(15); // Clocks are set forward at midnight: the day begins where they are set to.
        }

        return new(local, zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local));
    }

    /// <summary>The day that a moment lies in.</summary>
    public static DateOnly Of(DateTimeOffset moment, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, zone).DateTime);

    /// <summary>The first moment of each hour of the day.</summary>
    public static IReadOnlyList<DateTimeOffset> Hours(DateOnly day, TimeZoneInfo zone)
    {
        List<DateTimeOffset> hours = [];
        var end = Start(day.AddDays(1), zone);
        for (var hour = Start(day, zone); hour < end; hour = TimeZoneInfo.ConvertTime(hour.AddHours(1), zone))
        {
            hours.Add(hour);
        }

        return hours;
    }
}
