# Caravan's runtime alone; see docker-compose.yml for the services.
FROM node:22-bookworm-slim AS node

FROM maven:3.9-eclipse-temurin-17 AS build
# npm fetches the board's charts.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /build
COPY pom.xml .
COPY src/main src/main
COPY sql sql
RUN mvn --batch-mode --no-transfer-progress package -DskipTests -DskipITs

FROM eclipse-temurin:17-jre-alpine
RUN addgroup -S caravan && adduser -S -G caravan caravan
COPY --from=build /build/target/caravan.jar /opt/caravan/caravan.jar
USER caravan
WORKDIR /tmp
EXPOSE 8080
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=75", "-XX:+ExitOnOutOfMemoryError", "-XX:+UseParallelGC", "-jar", "/opt/caravan/caravan.jar"]
