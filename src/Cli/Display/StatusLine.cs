using Spectre.Console;

namespace Pipeline.Cli.Display;

/// <summary>A line that rewrites itself. A carriage return and spaces instead of an escape sequence: right under NO_COLOR as well.</summary>
internal sealed class StatusLine(IAnsiConsole console)
{
    private int _length;

    public void Rewrite(string line)
    {
        console.Profile.Out.Writer.Write("\r" + line.PadRight(_length));
        console.Profile.Out.Writer.Write(line.Length is 0 ? "\r" : "");
        console.Profile.Out.Writer.Flush();
        _length = line.Length;
    }

    /// <summary>So that what follows starts on a clean line.</summary>
    public void Clear()
    {
        if (_length > 0)
        {
            Rewrite("");
        }
    }
}
