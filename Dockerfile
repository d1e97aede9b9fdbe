# Layers from rarely to often changing: natives (unpacked, so that no start downloads or unpacks anything), libraries,
# our own code. VARIANT=gpu builds with CUDA libraries; it wants a CUDA runtime with a JRE as RUNTIME_IMAGE, see
# docs/deployment.md.
ARG BUILD_IMAGE=maven:3.9.9-eclipse-temurin-17
ARG RUNTIME_IMAGE=eclipse-temurin:17.0.15_6-jre-jammy

FROM ${BUILD_IMAGE} AS build
ARG VARIANT=cpu
WORKDIR /src
COPY .mvn .mvn
COPY pom.xml ./
COPY schemas/pom.xml schemas/
COPY connect/pom.xml connect/
COPY model/pom.xml model/
COPY topology/pom.xml topology/
COPY service/pom.xml service/
COPY bench/pom.xml bench/
COPY schemas/src/main schemas/src/main
COPY model/src/main model/src/main
COPY topology/src/main topology/src/main
COPY service/src/main service/src/main
# Maven's own list of what the service runs on is copied: dependency:copy-dependencies takes the same property as the
# Avro plugin for where to write to.
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -ntp -Dmaven.test.skip=true -Dspotless.check.skip=true $([ "$VARIANT" = cpu ] || echo "-P$VARIANT") \
        -pl service -am package \
    && mkdir -p /out/lib /out/natives /out/own \
    && tr ':' '\n' < service/target/classpath.txt | grep -v /anchorstream- | xargs cp -t /out/lib \
    && cp schemas/target/anchorstream-*.jar model/target/anchorstream-*.jar topology/target/anchorstream-*.jar \
        service/target/anchorstream-*.jar /out/own/ \
    && cd /out/lib && for jar in pytorch-* onnxruntime* tokenizers* rocksdbjni* langchain4j* iconify*; do \
        [ ! -e "$jar" ] || mv "$jar" /out/natives/; done

# A stage of its own, without our code: a change of ours leaves these layers as they are.
FROM ${BUILD_IMAGE} AS natives
COPY --from=build /out/natives /libraries
COPY --from=build /out/lib /libraries
COPY deploy/docker/UnpackNatives.java /
RUN DJL_CACHE_DIR=/natives OPT_OUT_TRACKING=true java -Dai.djl.offline=true -cp '/libraries/*' /UnpackNatives.java \
    && chmod -R a+rX /natives

FROM ${RUNTIME_IMAGE}
RUN apt-get update && apt-get install -y --no-install-recommends curl libgomp1 && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 anchorstream \
    && useradd --system --uid 10001 --gid 10001 --create-home --home-dir /var/lib/anchorstream anchorstream
WORKDIR /opt/anchorstream
COPY --from=natives /natives natives/
COPY --from=build /out/natives lib/
COPY --from=build /out/lib lib/
COPY anchorstream ./
COPY --from=build /out/own lib/
USER 10001
WORKDIR /var/lib/anchorstream
# A container's ports are published by whoever runs it, so inside it the page listens on all addresses.
ENV DJL_CACHE_DIR=/opt/anchorstream/natives ANCHORSTREAM_DATA_FOLDER=/var/lib/anchorstream/data \
    ANCHORSTREAM_HTTP_HOST=0.0.0.0
VOLUME /var/lib/anchorstream
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s CMD curl -fsS http://localhost:8080/health/live || exit 1
ENTRYPOINT ["/opt/anchorstream/anchorstream"]
CMD ["run"]
