namespace Pipeline.Contracts;

/// <summary>An input that may ask for one of the models that do its kind.</summary>
public interface IModelChoice
{
    /// <summary>Its name; null: the kind's own.</summary>
    string? Model { get; }
}
