# syntax=docker/dockerfile:1
# Three kinds of layers, the rarely changing below: natives and libraries, then our own code.

FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /src
COPY .mvn .mvn
COPY pom.xml ./
COPY schemas/pom.xml schemas/
COPY model/pom.xml model/
COPY topology/pom.xml topology/
COPY service/pom.xml service/
COPY bench/pom.xml bench/
COPY schemas/src schemas/src
COPY model/src/main model/src/main
COPY topology/src/main topology/src/main
COPY service/src/main service/src/main
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -q -Dmaven.test.skip=true -Dspotless.check.skip=true -pl service -am package \
        dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=/out/lib \
    && cp */target/anchorstream-*-SNAPSHOT.jar /out/lib/ \
    && mkdir -p /out/natives /out/own \
    && find /out/lib -name 'anchorstream-*.jar' -exec mv {} /out/own/ \; \
    && find /out/lib \( -name 'pytorch-native*' -o -name 'onnxruntime*' -o -name 'tokenizers*' \
        -o -name 'rocksdbjni*' -o -name 'langchain4j*' -o -name 'iconify*' \) -exec mv {} /out/natives/ \;

FROM eclipse-temurin:17-jre
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/anchorstream anchorstream \
    && apt-get update && apt-get install -y --no-install-recommends curl libgomp1 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/anchorstream
COPY --from=build /out/natives lib/
COPY --from=build /out/lib lib/
COPY anchorstream ./
COPY --from=build /out/own lib/
USER anchorstream
WORKDIR /var/lib/anchorstream
# A container's ports are published by whoever runs it, so inside it the page listens on all addresses.
ENV DJL_CACHE_DIR=/var/lib/anchorstream/cache ANCHORSTREAM_DATA_FOLDER=/var/lib/anchorstream/data \
    ANCHORSTREAM_HTTP_HOST=0.0.0.0
VOLUME /var/lib/anchorstream
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s CMD curl -fsS http://localhost:8080/health/live || exit 1
ENTRYPOINT ["/opt/anchorstream/anchorstream"]
CMD ["run"]
