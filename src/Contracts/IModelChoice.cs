namespace Pipeline.Contracts;

/// <summary>An input that may ask for one of the models that do its kind.</summary>
public interface IModelChoice
{
    /// <summary>For readers of the document.</summary>
    const string Description = "One of the models that do this kind (GET /api/models); default the kind's own.";

    /// <summary>Its name; null: the kind's own.</summary>
    string? Model { get; }
}
