using Pipeline.Inference.Prompts.Jinja.Library;
using Pipeline.Inference.Prompts.Jinja.Nodes;
using Pipeline.Inference.Prompts.Jinja.Syntax;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja;

/// <summary>
/// The part of Jinja that chat templates use, with the settings of transformers. A template reaches nothing but the values that
/// it is given and a clock, and works within <see cref="JinjaLimits"/>. Parsed once; rendering is safe from any thread.
/// </summary>
internal sealed class JinjaTemplate
{
    private readonly Block _body;
    private readonly JinjaLimits _limits;

    private JinjaTemplate(Block body, JinjaLimits limits) => (_body, _limits) = (body, limits);

    /// <exception cref="JinjaException">It is no template, or larger than the limits.</exception>
    public static JinjaTemplate Parse(string template, JinjaLimits? limits = null) =>
        new(TemplateParser.Parse(template, limits ?? JinjaLimits.Default), limits ?? JinjaLimits.Default);

    /// <param name="values">Names that the template finds: null, bool, long, double, <see cref="Text"/>, lists and mappings.</param>
    /// <exception cref="JinjaRefusal">The template calls raise_exception.</exception>
    /// <exception cref="JinjaException">It fails on these values, or takes more than its limits.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public Text Execute(IReadOnlyDictionary<string, object?> values, TimeProvider time, CancellationToken cancellationToken)
    {
        Render render = new(_limits, time, cancellationToken);
        Scope globals = new(render, Globals.All.Concat(values));
        try
        {
            return _body.Capture(new(globals));
        }
        catch (JinjaException e) when (e is not JinjaRefusal && e.Line is null)
        {
            throw new JinjaException(e.Problem, render.Line);
        }
    }
}
