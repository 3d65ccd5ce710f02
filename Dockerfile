# syntax=docker/dockerfile:1.7
# One build, one image a role: docker build --target api .
# Each base may be given by digest: --build-arg ASPNET_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0-noble@sha256:…
# Targets: api, worker-inference, worker-inference-cuda, worker-embedding, scheduler, cli.

ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0-noble
ARG ASPNET_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0-noble
ARG CUDA_IMAGE=nvidia/cuda:12.8.1-runtime-ubuntu24.04

FROM ${SDK_IMAGE} AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig BannedSymbols.txt ./
COPY models/*.gguf models/
COPY src src
# One after the other: they share projects, and parallel publishes would write the same files.
RUN --mount=type=cache,target=/root/.nuget/packages \
    set -e; \
    for role in Api Workers.Inference Workers.Embedding Scheduler Cli; do \
      dotnet publish "src/$role/$role.csproj" --configuration Release --output "/out/$role" -p:UseAppHost=false; \
    done

# The only build with the CUDA package, LLamaSharp.Backend.Cuda12.
FROM build AS build-cuda
RUN --mount=type=cache,target=/root/.nuget/packages \
    dotnet publish src/Workers.Inference/Workers.Inference.csproj --configuration Release --output /out/Workers.Inference.Cuda \
      -p:UseAppHost=false -p:Gpu=cuda12

FROM ${ASPNET_IMAGE} AS aspnet

FROM aspnet AS role
WORKDIR /app
COPY eng/http-ready /usr/local/bin/http-ready
COPY LICENSE NOTICE ./
# Loopback unless compose says otherwise; the API refuses any other address until there is an API key.
ENV Urls=http://127.0.0.1:8080
# Migrations and model loading come before ready.
HEALTHCHECK --interval=5s --timeout=6s --start-period=120s --retries=6 CMD ["http-ready", "8080", "/health/ready"]
USER $APP_UID

FROM role AS api
COPY --from=build /out/Api ./
ENTRYPOINT ["dotnet", "Pipeline.Api.dll"]

FROM role AS scheduler
COPY --from=build /out/Scheduler ./
ENTRYPOINT ["dotnet", "Pipeline.Scheduler.dll"]

# What llama.cpp needs beside the .NET runtime.
FROM role AS inference
USER root
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
# Keeps ggml from starting a debugger when it aborts.
ENV GGML_NO_BACKTRACE=1
COPY models/*.gguf models/
USER $APP_UID

FROM inference AS worker-inference
COPY --from=build /out/Workers.Inference ./
ENTRYPOINT ["dotnet", "Pipeline.Workers.Inference.dll"]

FROM inference AS worker-embedding
# ONNX Runtime reports usage by default. The worker turns that off itself; here nothing can come before it.
ENV ORT_DISABLE_TELEMETRY=1
COPY --from=build /out/Workers.Embedding ./
ENTRYPOINT ["dotnet", "Pipeline.Workers.Embedding.dll"]

# CUDA 12, which LLamaSharp.Backend.Cuda12 is built for; same Ubuntu as the other images.
FROM ${CUDA_IMAGE} AS worker-inference-cuda
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libgomp1 libssl3t64 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 1654 --user-group --create-home app
COPY --from=aspnet /usr/share/dotnet /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
WORKDIR /app
COPY eng/http-ready /usr/local/bin/http-ready
COPY LICENSE NOTICE ./
COPY models/*.gguf models/
COPY --from=build-cuda /out/Workers.Inference.Cuda ./
ENV Urls=http://127.0.0.1:8080 GGML_NO_BACKTRACE=1 DOTNET_RUNNING_IN_CONTAINER=true
HEALTHCHECK --interval=5s --timeout=6s --start-period=300s --retries=6 CMD ["http-ready", "8080", "/health/ready"]
USER 1654
ENTRYPOINT ["dotnet", "Pipeline.Workers.Inference.dll"]

FROM aspnet AS cli
# For models quantize, compare and bench.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY samples samples
COPY LICENSE NOTICE ./
COPY --from=build /out/Cli ./
USER $APP_UID
ENTRYPOINT ["dotnet", "Pipeline.Cli.dll"]
