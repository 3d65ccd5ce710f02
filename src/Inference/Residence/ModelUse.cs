namespace Pipeline.Inference.Residence;

/// <summary>A loaded model, in memory until this is disposed.</summary>
internal sealed class ModelUse<TModel>(TModel model, Action release) : IDisposable
{
    private int _isReleased;

    public TModel Model => model;

    /// <summary>The same use of a part of it.</summary>
    public ModelUse<TModel> Through(Func<TModel, TModel> part) => new(part(model), Dispose);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) is 0)
        {
            release();
        }
    }
}
