namespace Pipeline.Inference.Models;

/// <summary>How a model writes calls of functions.</summary>
public enum ToolStyle
{
    /// <summary>JSON within &lt;tool_call&gt; tags: Qwen, Hermes and many that learned from them.</summary>
    Tagged,

    /// <summary>The answer is a JSON object with name and parameters: Llama 3.</summary>
    Bare,
}
