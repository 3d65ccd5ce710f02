namespace Pipeline.Inference.Prompts.Jinja;

/// <summary>A template is wrong, wants more than its limits allow, or meets a value with which it can do nothing.</summary>
/// <param name="line">In the template, from 1; null where it is not known.</param>
internal class JinjaException(string problem, int? line = null) : Exception(line is null ? problem : $"line {line}: {problem}")
{
    public int? Line => line;

    /// <summary>Without the line.</summary>
    public string Problem => problem;
}

/// <summary>The template called raise_exception: it does not take this conversation.</summary>
internal sealed class JinjaRefusal(string message) : JinjaException(message);
