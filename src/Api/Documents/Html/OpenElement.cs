namespace Pipeline.Api.Documents.Html;

/// <summary>An element that is open, with what it inherits from those around it and where the nearest of each sort stands.</summary>
/// <param name="SameName">The next one outwards of the same name; -1: none.</param>
/// <param name="Special">The innermost special element down to this one; -1: none. The others in the same way.</param>
/// <param name="List">The innermost one that keeps the items of two lists apart.</param>
internal readonly record struct OpenElement(
    HtmlElement Element, int SameName, int Special, int Scope, int List, int Button, int Table, bool IsHidden, bool IsKept, bool IsForeign);
