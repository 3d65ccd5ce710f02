using Pipeline.Bench.RabbitMq;
using Pipeline.Bench.RabbitMq.MassTransit;
using Pipeline.Bench.RabbitMq.Raw;

Servers servers = new();
switch (args)
{
    case ["raw", "producer"]:
        await RawProducer.RunAsync(servers);
        return 0;
    case ["raw", "worker"]:
        await RawWorker.RunAsync(servers);
        return 0;
    case ["masstransit", "producer"]:
        await MassTransitProducer.RunAsync(servers);
        return 0;
    case ["masstransit", "worker"]:
        await MassTransitWorker.RunAsync(servers);
        return 0;
    default:
        await Console.Error.WriteLineAsync("Give raw or masstransit, then producer or worker.");
        return 2;
}
