# The gateway alone: no sample, no test. Build from the root of the repository:
#   docker build -t gateway .
#   docker run -p 8080:8080 -v "$PWD/config:/app/config:ro" gateway
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src

# What decides the packages comes first, so that a change of code does not restore again.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/Transcoders/Transcoders.csproj src/Transcoders/packages.lock.json src/Transcoders/
COPY src/Gateway/Gateway.csproj src/Gateway/packages.lock.json src/Gateway/
RUN --mount=type=cache,target=/root/.nuget/packages \
    dotnet restore src/Gateway/Gateway.csproj --locked-mode

COPY .editorconfig ./
COPY src src
# ReadyToRun asks for packages of the platform, which the lock files of a portable build do not name: the publish keeps
# a lock file of its own. The libraries stay those that the restore above has checked, pinned centrally.
RUN --mount=type=cache,target=/root/.nuget/packages \
    dotnet publish src/Gateway/Gateway.csproj --configuration Release --output /app \
      --use-current-runtime --self-contained false -p:PublishReadyToRun=true -p:SatelliteResourceLanguages=en \
      -p:PublishDocumentationFiles=false \
      -p:NuGetLockFilePath=obj/publish.lock.json

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app ./
COPY config config

# On loopback nobody outside the container would reach it. The admin port stays on loopback, for the health check.
ENV Urls=http://0.0.0.0:8080 \
    DOTNET_TieredPGO=1
EXPOSE 8080
USER $APP_UID

# No shell in here or there: this runs in a chiselled image too.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["dotnet", "gateway.dll", "health"]
ENTRYPOINT ["dotnet", "gateway.dll"]
