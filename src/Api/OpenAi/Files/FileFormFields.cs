using System.Globalization;
using System.Text;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.Problems;
using Pipeline.Core.Files;

namespace Pipeline.Api.OpenAi.Files;

/// <summary>The fields of an upload, in whatever order they come.</summary>
internal sealed class FileFormFields(StoredFileOptions options, InputErrors errors)
{
    public const string File = "file";

    private const string PurposeName = "purpose";
    private const string Anchor = "expires_after[anchor]";
    private const string Seconds = "expires_after[seconds]";
    private const int FieldBytesMax = 1_024;
    private const int FilenameLengthMax = 255;

    private static readonly TimeSpan LifetimeMin = TimeSpan.FromHours(1);

    public string? Purpose { get; private set; }

    public string? Filename { get; private set; }

    /// <summary>Null: as long as files are kept.</summary>
    public TimeSpan? Lifetime { get; private set; }

    public async Task TakeAsync(string name, Stream body, CancellationToken cancellationToken)
    {
        if (await TextAsync(body, cancellationToken) is not { } text)
        {
            errors.Add(Known(name) ? name : "body", $"has a field of more than {FieldBytesMax} bytes, or one that is not UTF-8.");
            return;
        }

        switch (name)
        {
            case PurposeName:
                Purpose = text;
                break;
            case Anchor when text is "created_at":
                break;
            case Anchor:
                errors.Add(Anchor, "is not \"created_at\", the only one that there is.");
                break;
            case Seconds when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                && seconds >= LifetimeMin.TotalSeconds && seconds <= options.Lifetime.TotalSeconds:
                Lifetime = TimeSpan.FromSeconds(seconds);
                break;
            case Seconds:
                errors.Add(Seconds, $"is no whole number from {LifetimeMin.TotalSeconds:0} to {options.Lifetime.TotalSeconds:0} (Files:Lifetime).");
                break;
            default:
                errors.Add(name is { Length: > 0 and < 64 } ? name : "body", $"is not a known field. Known: {File}, {PurposeName}, {Anchor}, {Seconds}.");
                break;
        }
    }

    /// <summary>False when the part is not to be read.</summary>
    public bool TakeFile(ContentDispositionHeaderValue disposition)
    {
        if (Filename is not null)
        {
            errors.Add(File, "is there more than once: send one file.");
            return false;
        }

        var name = disposition.FileNameStar.HasValue ? disposition.FileNameStar.ToString() : HeaderUtilities.RemoveQuotes(disposition.FileName).ToString();
        if (name.Length is 0 or > FilenameLengthMax || name.Any(char.IsControl) || name.Any(char.IsSurrogate) && !IsWellFormed(name))
        {
            errors.Add(File, $"has no filename of 1 to {FilenameLengthMax} characters without control characters.");
            return false;
        }

        Filename = name;
        return true;
    }

    /// <summary>The form is read to its end.</summary>
    public void Complete(long bytes)
    {
        if (Purpose is null)
        {
            errors.Add(PurposeName, $"is required: send {string.Join(", ", FilePurpose.Sent)}.");
        }
        else if (!FilePurpose.Sent.Contains(Purpose))
        {
            errors.Add(PurposeName, $"is \"{Purpose}\": send {string.Join(", ", FilePurpose.Sent)}.");
        }

        if (Filename is null && !errors.Any)
        {
            errors.Add(File, "is required: send one file with a filename.");
        }
        else if (bytes is 0 && !errors.Any)
        {
            errors.Add(File, "is empty.");
        }
    }

    private static bool Known(string name) => name is PurposeName or Anchor or Seconds;

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Null where it is too long or not UTF-8.</summary>
    private static async Task<string?> TextAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[FieldBytesMax + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= FieldBytesMax && System.Text.Unicode.Utf8.IsValid(buffer.AsSpan(0, length)) ? Encoding.UTF8.GetString(buffer, 0, length) : null;
    }
}
